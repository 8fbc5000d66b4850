import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announce, showFailure } from "./announce.tsx";
import { call, wordsOf } from "./api.ts";
import { count, duration, plural } from "./format.ts";
import { Heading, Loading } from "./parts.tsx";
import { drawSample } from "./picture.ts";
import { emulatorUrl, readOnly, visible } from "./session.ts";
import type { Job } from "./types.ts";

const REFRESH_MS = 2_000;
const SHOWN_REQUESTS = 50;

interface LedgerRequest {
  readonly request_id: string;
  readonly status: string;
  readonly billed: boolean;
  readonly webhook?: string;
  readonly sent_at: string;
  readonly started_at?: string;
  readonly ended_at?: string;
}

interface Ledger {
  readonly posts: readonly { readonly answer?: number | "reset" }[];
  readonly requests: readonly LedgerRequest[];
  readonly deliveries: readonly { readonly request_id: string; readonly kind: string; readonly state: string }[];
}

interface PendingFault {
  readonly id: string;
  readonly [field: string]: unknown;
}

const FAULTS: readonly { readonly name: string; readonly what: string; readonly fault: object }[] = [
  {
    name: "Lose the answer",
    what: "fal accepts the next request, but its answer is lost.",
    fault: { submit: { when: "after", answer: "reset" } },
  },
  {
    name: "500 after accepting",
    what: "fal accepts the next request, and answers 500.",
    fault: { submit: { when: "after", answer: 500 } },
  },
  {
    name: "Break the connection",
    what: "The connection breaks before fal accepts the next request.",
    fault: { submit: { answer: "reset" } },
  },
  { name: "Too many requests", what: "fal answers the next request with 429.", fault: { submit: { answer: 429 } } },
  { name: "Drop the webhook", what: "The next request's webhook never comes.", fault: { webhook: { drop: true } } },
  {
    name: "Webhook four times",
    what: "The next request's webhook comes four times.",
    fault: { webhook: { duplicates: 3 } },
  },
  {
    name: "Forged webhook",
    what: "Forged webhooks come before the next request's own.",
    fault: { webhook: { before: ["unsigned", "wrong_key", "foreign"] } },
  },
  { name: "Slow queue", what: "The next request waits 15 seconds.", fault: { queue_ms: 15_000 } },
  {
    name: "Refuse by policy",
    what: "The model refuses the next picture or prompt.",
    fault: { outcome: "content_policy_violation" },
  },
  { name: "Fail", what: "The model fails on the next request.", fault: { outcome: "generation_timeout" } },
  {
    name: "Lock the account",
    what: "fal answers 403 until you repair it.",
    fault: { submit: { answer: 403 }, times: "all" },
  },
  { name: "fal is down", what: "Every host of fal answers 503 until you repair it.", fault: { down: 503 } },
];

/** The screen on which fal can be broken, to see that jobs survive it. Only where the emulator runs. */
export function Break() {
  const base = emulatorUrl.value;
  if (base === undefined) return <NoEmulator />;
  return <Broken base={base} />;
}

function NoEmulator() {
  return (
    <main>
      <Heading>Break it</Heading>
      <p>
        This works only with the emulator of fal, which runs on your own machine: open the address that npm start prints
        after “console”.
      </p>
    </main>
  );
}

function Broken({ base }: { readonly base: string }) {
  const ledger = useSignal<Ledger | undefined>(undefined);
  const faults = useSignal<readonly PendingFault[]>([]);
  const isVisible = visible.value;
  const read = async () => {
    try {
      const [nextLedger, nextFaults] = await Promise.all([
        emulator<Ledger>(base, "GET", "ledger"),
        emulator<PendingFault[]>(base, "GET", "faults"),
      ]);
      ledger.value = nextLedger;
      faults.value = nextFaults;
    } catch {
      showFailure("The emulator of fal does not answer. Is npm start still running?");
    }
  };
  useEffect(() => {
    if (!isVisible) return;
    void read();
    const timer = setInterval(read, REFRESH_MS);
    return () => clearInterval(timer);
  }, [base, isVisible]);
  const change = async (words: string, action: () => Promise<unknown>) => {
    try {
      await action();
      announce(words);
      showFailure("");
    } catch (error) {
      showFailure(wordsOf(error));
    }
    await read();
  };
  return (
    <main class="break">
      <Heading>Break it</Heading>
      <p class="muted">Choose what fal does wrong, send jobs, and watch: no job is lost, and none is paid for twice.</p>
      {ledger.value ? <Sentence ledger={ledger.value} /> : <Loading what="the ledger" />}
      <section class="panel" aria-label="What fal does next">
        <div class="spread">
          <h2>What fal does next</h2>
          <div class="buttons">
            <button
              type="button"
              class="primary"
              disabled={readOnly.value}
              onClick={() => change("The job was accepted", sendSample)}
            >
              Send a job
            </button>
            <button
              type="button"
              disabled={readOnly.value}
              onClick={() => change("fal works again", () => emulator(base, "DELETE", "faults"))}
            >
              Repair fal
            </button>
          </div>
        </div>
        <div class="faults">
          {FAULTS.map(({ name, what, fault }) => (
            <button
              key={name}
              type="button"
              class="fault"
              disabled={readOnly.value}
              onClick={() => change(name, () => emulator(base, "POST", "faults", fault))}
            >
              <b>{name}</b>
              <span class="muted">{what}</span>
            </button>
          ))}
        </div>
        <p role="status">
          {faults.value.length === 0 ? "fal works as it should." : `${plural(faults.value.length, "fault")} waiting: `}
          {faults.value.map(({ id, ...fault }) => (
            <code key={id} class="pending">
              {JSON.stringify(fault)}
            </code>
          ))}
        </p>
      </section>
      {ledger.value && <LedgerPanel ledger={ledger.value} />}
    </main>
  );
}

/** The job that a request was sent for, from its webhook. */
function jobOf({ webhook = "" }: LedgerRequest): string | undefined {
  return /\/webhooks\/fal\/([0-9a-f]{32})\//.exec(webhook)?.[1];
}

function Sentence({ ledger }: { readonly ledger: Ledger }) {
  const renders = new Map<string, number>();
  for (const request of ledger.requests) {
    const job = jobOf(request);
    if (job !== undefined) renders.set(job, (renders.get(job) ?? 0) + (request.billed ? 1 : 0));
  }
  const billed = [...renders.values()].reduce((sum, each) => sum + each, 0);
  const twice = [...renders.values()].filter((each) => each > 1).length;
  return (
    <section class={twice > 0 ? "panel sentence failed-panel" : "panel sentence"} aria-label="Jobs and renders">
      <p>
        <b>
          {plural(renders.size, "job")}, {plural(billed, "render")} billed
        </b>
      </p>
      <p class="muted">
        {twice > 0 ? `${plural(twice, "job was", "jobs were")} paid for more than once.` : "No job was paid for twice."}{" "}
        fal got {plural(ledger.posts.length, "POST")} and sent {plural(ledger.deliveries.length, "webhook")}.
      </p>
    </section>
  );
}

function LedgerPanel({ ledger }: { readonly ledger: Ledger }) {
  const requests = ledger.requests.slice(-SHOWN_REQUESTS).reverse();
  return (
    <section class="panel scroll" aria-label="What fal was sent">
      <h2>What fal was sent</h2>
      {requests.length === 0 ? (
        <p class="muted">Nothing yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              {["Job", "At fal", "Ran", "Billed", "Webhooks"].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {requests.map((request) => {
              const job = jobOf(request);
              const webhooks = ledger.deliveries.filter(({ request_id }) => request_id === request.request_id);
              return (
                <tr key={request.request_id}>
                  <th scope="row">{job ? <a href={`#/jobs/${job}`}>{job.slice(0, 8)}</a> : "none of ours"}</th>
                  <td>{request.status}</td>
                  <td>
                    {request.started_at && request.ended_at
                      ? duration(Date.parse(request.ended_at) - Date.parse(request.started_at))
                      : "–"}
                  </td>
                  <td>{request.billed ? "yes" : "no"}</td>
                  <td>
                    {webhooks.map(({ kind, state }) => (kind === "genuine" ? state : `${kind}: ${state}`)).join(", ") ||
                      "–"}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      )}
      {ledger.requests.length > SHOWN_REQUESTS && (
        <p class="muted">
          The latest {count(SHOWN_REQUESTS)} of {count(ledger.requests.length)}.
        </p>
      )}
    </section>
  );
}

async function sendSample(): Promise<Job> {
  const form = new FormData();
  form.append("prompt", "the beam of the lighthouse sweeps over the sea");
  form.append("metadata.from", "break it");
  form.append("image", await drawSample());
  return call<Job>("POST", "/jobs", { form, headers: { "idempotency-key": crypto.randomUUID() } });
}

async function emulator<T>(base: string, method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${base}/_emulator/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`The emulator of fal answered ${response.status}.`);
  return (response.status === 204 ? undefined : await response.json()) as T;
}
