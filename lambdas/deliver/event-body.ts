import { gunzipSync, gzipSync } from "node:zlib";
import { publicJob } from "../contract/public-job.ts";
import { falDelivery } from "../fal/fal-form.ts";
import type { Job } from "../job/job.ts";

/** The body of a callback and of an event on the bus: `job.succeeded` and so on, with the job as the API shows it. */
export interface JobEventBody {
  readonly type: `job.${string}`;
  /** When the job settled, ISO 8601, UTC. */
  readonly timestamp: string | undefined;
  readonly data: ReturnType<typeof publicJob>;
}

/** Renders and packs the event of a settled job for the row, so that retries send it unchanged (rule P21). */
export function packEvent(job: Job, publicUrl: string): string {
  const body: JobEventBody = { type: eventType(job), timestamp: job.settled_at, data: publicJob(job, publicUrl) };
  return pack(body);
}

/** The callback of a caller that asked for fal's own webhook format. Undefined if the callback carries the event. */
export function packCallback(job: Job): string | undefined {
  return job.callback_format === "fal" ? pack(falDelivery(job)) : undefined;
}

function pack(body: object): string {
  return gzipSync(JSON.stringify(body)).toString("base64");
}

/** Returns exactly the text that was rendered. */
export function unpack(packed: string): string {
  return gunzipSync(Buffer.from(packed, "base64")).toString("utf8");
}

/** The event's name. Together with the job's id it is also the `webhook-id`. */
export function eventType({ status }: Pick<Job, "status">): JobEventBody["type"] {
  return `job.${status}`;
}
