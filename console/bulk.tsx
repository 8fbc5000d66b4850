import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "./announce.tsx";
import { call, wordsOf } from "./api.ts";
import { Dialog } from "./dialog.tsx";
import { count, plural, usd } from "./format.ts";
import { retryJob } from "./job.tsx";
import { dropRow, type Row, updateRow } from "./job-list.ts";
import { isOpen, isRetryable, type Job } from "./types.ts";

export type BulkAction = "retry" | "cancel" | "redeliver" | "delete";

const AT_ONCE = 4;

interface Meaning {
  readonly fits: (row: Row) => boolean;
  /** Which jobs are left out, and why. */
  readonly others: string;
  readonly plan: string;
  readonly isFinal: boolean;
  readonly act: (row: Row) => Promise<void>;
}

const MEANINGS: Readonly<Record<BulkAction, Meaning>> = {
  retry: {
    fits: isRetryable,
    others: "they are open, or have succeeded",
    plan: "A new job with the same input is created for each.",
    isFinal: false,
    act: async ({ id }) => void (await retryJob(id)),
  },
  cancel: {
    fits: isOpen,
    others: "they have settled",
    plan: "fal is asked to stop each of them. What has started may finish and be billed.",
    isFinal: false,
    act: async ({ id }) => updateRow(await call<Job>("POST", `/jobs/${id}/cancel`)),
  },
  redeliver: {
    fits: (row) => !isOpen(row) && row.hasCallback,
    others: "they are open, or have no callback",
    plan: "The callback of each is sent again.",
    isFinal: false,
    act: async ({ id }) => void (await call("POST", `/jobs/${id}/redeliver`)),
  },
  delete: {
    fits: (row) => !isOpen(row),
    others: "they are open",
    plan: "Each job and its video are deleted.",
    isFinal: true,
    act: async ({ id }) => {
      await call("DELETE", `/jobs/${id}`);
      dropRow(id);
    },
  },
};

interface BulkProps {
  readonly action: BulkAction;
  readonly rows: readonly Row[];
  readonly close: () => void;
}

/** What will be done to the selected jobs; then how far it is; then what failed. */
export function BulkDialog({ action, rows, close }: BulkProps) {
  const { fits, others, plan, isFinal, act } = MEANINGS[action];
  // The list changes while it is worked on; what was selected stays.
  const fitting = useRef(rows.filter(fits)).current;
  const left = useRef(rows.length - fitting.length).current;
  const state = useSignal<"plan" | "running" | "done">("plan");
  const done = useSignal(0);
  const failures = useSignal<readonly { readonly row: Row; readonly words: string }[]>([]);
  const typed = useSignal("");
  const stopped = useRef(false);
  useEffect(
    () => () => {
      stopped.current = true;
    },
    [],
  );
  const run = async () => {
    if (state.value !== "plan") return;
    state.value = "running";
    const waiting = [...fitting];
    const worker = async () => {
      for (let row = waiting.shift(); row && !stopped.current; row = waiting.shift()) {
        try {
          await act(row);
        } catch (error) {
          failures.value = [...failures.value, { row, words: wordsOf(error) }];
        }
        done.value++;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    state.value = "done";
    announce(`${count(done.value - failures.value.length)} done, ${count(failures.value.length)} failed`);
  };
  // What was done and what failed is shown also when it is stopped.
  const leave = () => {
    if (state.value === "running") stopped.current = true;
    else close();
  };
  const isReady = fitting.length > 0 && (!isFinal || typed.value.trim().toLowerCase() === "delete");
  const cost = fitting.reduce((sum, { usd: each = 0 }) => sum + each, 0);
  return (
    <Dialog title={`${action[0]?.toUpperCase()}${action.slice(1)} ${plural(fitting.length, "job")}`} close={leave}>
      {state.value === "plan" && (
        <>
          {fitting.length > 0 && <p>{plan}</p>}
          {action === "retry" && fitting.length > 0 && (
            <p>
              Together they cost about <b>{usd(cost)}</b>.
            </p>
          )}
          {left > 0 && (
            <p class="muted">
              {plural(left, "selected job is", "selected jobs are")} left out: {others}.
            </p>
          )}
          {isFinal && fitting.length > 0 && (
            <label class="field">
              <span>
                This cannot be undone. Type <b>delete</b> to go on.
              </span>
              <input
                autocomplete="off"
                value={typed}
                onInput={({ currentTarget }) => {
                  typed.value = currentTarget.value;
                }}
              />
            </label>
          )}
        </>
      )}
      {state.value !== "plan" && (
        <>
          <progress max={fitting.length} value={done} aria-label="Jobs done" />
          <p role="status">
            {count(done.value)} of {count(fitting.length)} done, {count(failures.value.length)} failed
          </p>
          {failures.value.length > 0 && (
            <ul class="log">
              {failures.value.map(({ row, words }) => (
                <li key={row.id}>
                  <a href={`#/jobs/${row.id}`}>{row.id.slice(0, 8)}</a>: {words}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <div class="buttons">
        <button type="button" class="quiet" onClick={leave}>
          {state.value === "running" ? "Stop" : state.value === "done" ? "Close" : "Back"}
        </button>
        {state.value === "plan" && (
          <button type="button" class={isFinal ? "danger" : "primary"} disabled={!isReady} onClick={run}>
            {action} {count(fitting.length)}
          </button>
        )}
      </div>
    </Dialog>
  );
}
