import { setTimeout as delay } from "node:timers/promises";
import { createFalClient } from "@fal-ai/client";
import { breaksAtFal, type Ending, pollMs } from "../caller.ts";
import { endpoint, falKey, inputOf } from "../fal.ts";
import { type JobsTable, openJobsTable, type StoredJob } from "../jobs-table.ts";
import { type Machine, startMachine } from "../machine.ts";
import type { Job } from "../plan.ts";
import type { Row } from "../row.ts";

/** How often a queue such as SQS hands out a message before it counts as failed. */
const receivesMax = 3;
const redeliveryMs = 2_000;

/**
 * A worker behind a queue. The caller's job is a row, and a message for the worker. The worker submits with fal's
 * client, stores the request id, and polls. A message whose worker dies or throws is handed out again, as SQS does it.
 */
export const pollingWorker: Row = {
  name: "polling-worker",
  client: "polling worker behind a queue",
  open: async ({ falUrl }) => {
    const table = await openJobsTable();
    return {
      run: async (job) => {
        // A caller that repeats its call finds its row, and there is one message.
        await table.create({ id: job.prompt, status: "pending" });
        void work(table, job, falUrl);
        return waitForRow(table, job.prompt);
      },
      close: table.close,
    };
  },
};

async function waitForRow(table: JobsTable, id: string): Promise<Ending> {
  for (;;) {
    const row = await table.get(id);
    if (row?.status === "done") return { kind: "video", url: row.video_url ?? "" };
    if (row?.status === "failed") return { kind: "failed", message: row.error ?? "" };
    await delay(pollMs);
  }
}

async function work(table: JobsTable, job: Job, falUrl: string): Promise<void> {
  for (let receives = 1; ; receives++) {
    const machine = startMachine(falUrl, receives === 1 ? breaksAtFal(job) : {});
    const outcome = await Promise.race([
      handle(table, job, machine).then(
        () => "done" as const,
        (error: unknown) => String(error),
      ),
      machine.died,
    ]);
    if (outcome === "done") return;
    if (receives >= receivesMax) {
      await table.put({ id: job.prompt, status: "failed", error: outcome ?? "the worker died" });
      return;
    }
    await delay(redeliveryMs);
  }
}

async function handle(table: JobsTable, job: Job, { fetch }: Machine): Promise<void> {
  const fal = createFalClient({ credentials: falKey, fetch });
  const row: StoredJob = (await table.get(job.prompt)) ?? { id: job.prompt, status: "pending" };
  const requestId = row.request_id ?? (await fal.queue.submit(endpoint, { input: inputOf(job) })).request_id;
  await table.put({ ...row, request_id: requestId });
  await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: pollMs });
  const { data } = await fal.queue.result(endpoint, { requestId });
  await table.put({ ...row, request_id: requestId, status: "done", video_url: data.video.url });
}
