import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { announce } from "./announce.tsx";
import { hasNavigated } from "./route.ts";
import type { Status } from "./types.ts";

const SIGNS: Readonly<Record<Status, string>> = {
  submitting: "↑",
  queued: "⋯",
  running: "▶",
  succeeded: "✓",
  failed: "✕",
  canceled: "⊘",
  expired: "⌛",
};

/** A status in its colour, with a sign for who does not see colours. */
export function StatusMark({ status }: { readonly status: Status }) {
  return (
    <span class={`status ${status}`}>
      <span aria-hidden="true">{SIGNS[status]}</span> {status}
    </span>
  );
}

/** The heading of a screen. If what had the focus has left with the screen before, the heading gets it. */
export function Heading({ class: name, children }: { readonly class?: string; readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (hasNavigated.peek() && document.activeElement === document.body)
      heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <h1 class={name} ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Text from outside: in its own direction, so that it changes nothing around it. */
export function Foreign({ text, class: name }: { readonly text: string; readonly class?: string }) {
  return (
    <bdi class={name} dir="auto">
      {text}
    </bdi>
  );
}

export function CopyButton({ text, label = "Copy" }: { readonly text: string; readonly label?: string }) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setDone(true);
    announce("Copied");
    setTimeout(() => setDone(false), 2_000);
  };
  return (
    <button
      type="button"
      class="quiet small"
      onClick={() => copy().catch(() => announce("The browser did not allow to copy"))}
    >
      {done ? "Copied" : label}
    </button>
  );
}

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** A grey place for what is being read. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">Reading {what}</span>
      <span class="bone" />
      <span class="bone" />
      <span class="bone" />
    </div>
  );
}

/** JSON that folds. Deep or long parts start folded. */
export function JsonTree({
  value,
  name,
  depth = 0,
}: {
  readonly value: unknown;
  readonly name: string;
  readonly depth?: number;
}) {
  if (typeof value !== "object" || value === null) {
    return (
      <div class="leaf">
        <span class="name">{name}</span> <Foreign class={typeof value} text={JSON.stringify(value) ?? "undefined"} />
      </div>
    );
  }
  const entries = Object.entries(value);
  return (
    <details class="branch" open={depth < 2 && entries.length < 30}>
      <summary>
        <span class="name">{name}</span>{" "}
        <span class="muted">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      {entries.map(([key, each]) => (
        <JsonTree key={key} name={key} value={each} depth={depth + 1} />
      ))}
    </details>
  );
}
