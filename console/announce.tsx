import { signal } from "@preact/signals";

const announcement = signal("");
const failure = signal("");

/** Says something once to who listens to the page. */
export function announce(text: string): void {
  announcement.value = text;
}

/** Shows an error until it is closed or the next thing succeeds. */
export function showFailure(text: string): void {
  failure.value = text;
}

export function Announcements() {
  return (
    <>
      <p class="unseen" role="status" aria-live="polite">
        {announcement}
      </p>
      {failure.value !== "" && (
        <div class="toast" role="alert">
          <span>{failure}</span>
          <button type="button" class="quiet" onClick={() => showFailure("")}>
            Close
          </button>
        </div>
      )}
    </>
  );
}
