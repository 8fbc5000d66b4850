import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Announcements } from "./announce.tsx";
import { Break } from "./break.tsx";
import { Create } from "./create.tsx";
import { Dialog, Questions } from "./dialog.tsx";
import { JobScreen } from "./job.tsx";
import { Jobs } from "./jobs.tsx";
import { Operate } from "./operate.tsx";
import { go, route } from "./route.ts";
import { apiKey, emulatorUrl, hasKeys, leave, online, publicUrl, readOnly, setKeys, setReadOnly } from "./session.ts";
import { SignIn } from "./sign-in.tsx";

const KEYS: readonly (readonly [key: string, what: string])[] = [
  ["n", "create a job"],
  ["j", "see all jobs"],
  ["o", "see health and usage"],
  ["b", "break fal, where its emulator runs"],
  ["/", "go to the filters of the list"],
  ["↑ ↓", "move in the list, from a job that has the focus"],
  ["Enter", "open a job"],
  ["Esc", "close a window"],
  ["?", "show these keys"],
];

export function App() {
  const showsKeys = useSignal(false);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (apiKey.value === undefined || !hasKeys.value || !isFree(event)) return;
      const screens: Readonly<Record<string, string>> = {
        n: "#/new",
        j: "#/jobs",
        o: "#/operate",
        ...(emulatorUrl.value && { b: "#/break" }),
      };
      const isInList =
        document.activeElement?.closest("[data-place]") !== null &&
        document.activeElement?.closest("[data-place]") !== undefined;
      if (event.key === "?") showsKeys.value = true;
      else if (event.key === "/" && route.value.screen === "jobs") document.getElementById("filter")?.focus();
      else if (screens[event.key] && !(event.key === "j" && isInList)) go(screens[event.key] ?? "");
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, []);
  const { screen, id } = route.value;
  useEffect(() => {
    const name = screen === "job" ? `Job ${id.slice(0, 8)}` : TABS.find(([each]) => each === screen)?.[1];
    document.title = `${name} – fal-jobs`;
  }, [screen, id]);
  if (apiKey.value === undefined) return <SignIn />;
  return (
    <>
      <Bar
        showKeys={() => {
          showsKeys.value = true;
        }}
      />
      {!online.value && (
        <p class="offline" role="alert">
          The service cannot be reached. What you see was read before; it is read again as soon as that is possible.
        </p>
      )}
      <Screen />
      {showsKeys.value && (
        <Dialog
          title="Keys"
          close={() => {
            showsKeys.value = false;
          }}
        >
          <dl class="facts">
            {KEYS.flatMap(([key, what]) => [
              <dt key={key}>
                <kbd>{key}</kbd>
              </dt>,
              <dd key={what}>{what}</dd>,
            ])}
          </dl>
          <label class="check">
            <input type="checkbox" checked={hasKeys} onChange={({ currentTarget }) => setKeys(currentTarget.checked)} />
            <span>single keys work</span>
          </label>
          <div class="buttons">
            <button
              type="button"
              onClick={() => {
                showsKeys.value = false;
              }}
            >
              Close
            </button>
          </div>
        </Dialog>
      )}
      <Questions />
      <Announcements />
    </>
  );
}

/** Whether a key is not typed into something, and no window is open. */
function isFree({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  const isTyping = target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select");
  return !isTyping && !ctrlKey && !metaKey && !altKey && document.querySelector("dialog[open]") === null;
}

const TABS = [
  ["new", "Create"],
  ["jobs", "Jobs"],
  ["operate", "Operate"],
  ["break", "Break it"],
] as const;

function Bar({ showKeys }: { readonly showKeys: () => void }) {
  const { screen } = route.value;
  const tabs = TABS.filter(([name]) => name !== "break" || emulatorUrl.value !== undefined);
  return (
    <header class="bar">
      <a class="brand" href="#/new">
        fal-jobs
      </a>
      <nav aria-label="Screens">
        {tabs.map(([name, label]) => (
          <a
            key={name}
            href={`#/${name}`}
            aria-current={screen === name || (name === "jobs" && screen === "job") ? "page" : undefined}
          >
            {label}
          </a>
        ))}
      </nav>
      <div class="bar-end">
        <label class="check">
          <input
            type="checkbox"
            checked={readOnly}
            onChange={({ currentTarget }) => setReadOnly(currentTarget.checked)}
          />
          <span>read-only</span>
        </label>
        <a href={`${publicUrl}/openapi.json`} target="_blank" rel="noreferrer" class="quiet-link">
          API
        </a>
        <button type="button" class="quiet small" onClick={showKeys} aria-label="Show the keys">
          ?
        </button>
        <button type="button" class="quiet small" onClick={leave}>
          Sign out
        </button>
      </div>
    </header>
  );
}

function Screen() {
  const { screen, id } = route.value;
  switch (screen) {
    case "new":
      return <Create />;
    case "jobs":
      return <Jobs />;
    case "job":
      return <JobScreen key={id} id={id} />;
    case "operate":
      return <Operate />;
    case "break":
      return <Break />;
  }
}
