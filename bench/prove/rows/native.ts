import { setTimeout as delay } from "node:timers/promises";
import { breaksAtService, type Ending, type Life, pollMs, runCaller } from "../caller.ts";
import { inputOf } from "../fal.ts";
import type { Job } from "../plan.ts";
import { nothingToClose, type ServiceRow } from "../row.ts";

interface JobAnswer {
  readonly id: string;
  readonly status: string;
  readonly result?: { readonly video: { readonly url: string } };
  readonly error?: { readonly code: string; readonly message: string };
}

const headers = { "x-api-key": "local-key", "content-type": "application/json" };

/** Our API as it is: `POST /jobs` with an Idempotency-Key, and `GET /jobs/{id}`. */
export const native: ServiceRow = {
  name: "us-native",
  client: "POST /jobs",
  open: async ({ falUrl }, { url, killAndRestart }) => ({
    run: (job) => runCaller(falUrl, breaksAtService(job), (life) => order(url, job, life)),
    killAndRestart,
    close: nothingToClose,
  }),
};

async function order(url: string, job: Job, { fetch, stored }: Life): Promise<Ending> {
  const id = stored.get("id") ?? (await create(url, job, fetch));
  stored.set("id", id);
  for (;;) {
    const found = await callUntilAnswered(fetch, `${url}/jobs/${id}`, { headers });
    if (found.status === "succeeded") return { kind: "video", url: found.result?.video.url ?? "" };
    if (found.error?.code === "submission_unconfirmed" && found.status === "failed") return { kind: "unconfirmed" };
    if (["failed", "canceled", "expired"].includes(found.status))
      return { kind: "failed", message: found.error?.message ?? found.status };
    await delay(pollMs);
  }
}

async function create(url: string, job: Job, fetch: Life["fetch"]): Promise<string> {
  const init = {
    method: "POST",
    headers: { ...headers, "idempotency-key": job.prompt },
    body: JSON.stringify({ input: inputOf(job) }),
  };
  return (await callUntilAnswered(fetch, `${url}/jobs`, init)).id;
}

/** Repeats a call while there is no connection, or trouble behind it: a POST with the same Idempotency-Key. */
async function callUntilAnswered(fetch: Life["fetch"], url: string, init: RequestInit): Promise<JobAnswer> {
  for (;;) {
    const answer = await fetch(url, init).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    if (answer?.ok && text !== undefined) return JSON.parse(text);
    if (answer && answer.status < 500 && answer.status !== 429) throw new Error(`${answer.status}: ${text}`);
    await delay(pollMs);
  }
}
