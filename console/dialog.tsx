import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button says that does it. */
  readonly action: string;
  /** It cannot be undone: this word must be typed first. */
  readonly word?: string;
}

const asked = signal<(Question & { readonly answer: (yes: boolean) => void }) | undefined>(undefined);

/** Asks before something is done that costs or destroys. */
export function ask(question: Question): Promise<boolean> {
  return new Promise((answer) => {
    asked.value = { ...question, answer };
  });
}

// A question is about the screen behind it: it is not answered on another one.
addEventListener("hashchange", () => {
  asked.value?.answer(false);
  asked.value = undefined;
});

/** The place of all questions in the page. */
export function Questions() {
  const question = asked.value;
  if (!question) return null;
  const end = (yes: boolean) => {
    asked.value = undefined;
    question.answer(yes);
  };
  return (
    <Dialog title={question.title} close={() => end(false)}>
      <QuestionForm {...question} end={end} />
    </Dialog>
  );
}

function QuestionForm({ text, action, word, end }: Question & { readonly end: (yes: boolean) => void }) {
  const [typed, type] = useState("");
  const isReady = word === undefined || typed.trim().toLowerCase() === word;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) end(true);
      }}
    >
      <div>{text}</div>
      {word !== undefined && (
        <label class="field">
          <span>
            This cannot be undone. Type <b>{word}</b> to go on.
          </span>
          <input autocomplete="off" value={typed} onInput={(event) => type(event.currentTarget.value)} />
        </label>
      )}
      <div class="buttons">
        <button type="button" class="quiet" onClick={() => end(false)}>
          Back
        </button>
        <button type="submit" class={word === undefined ? "primary" : "danger"} disabled={!isReady}>
          {action}
        </button>
      </div>
    </form>
  );
}

/** A window over the page. It takes the focus, and gives it back when it closes. */
export function Dialog(props: {
  readonly title: string;
  readonly close: () => void;
  readonly children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    // The browser itself gives it back only from a window that is closed while it is still in the page.
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        props.close();
      }}
    >
      <h2 id="dialog-title">{props.title}</h2>
      {props.children}
    </dialog>
  );
}
