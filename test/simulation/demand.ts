import type { Job, Tombstone } from "../../lambdas/job/job.ts";
import type { SimulatedObject } from "./bucket.ts";
import type { BusEvent } from "./event-bus.ts";
import type { FalRequestRecord } from "./fal-request.ts";
import type { Callback } from "./receivers.ts";

export const PUBLIC_URL = "https://api.example.com";

/** A promise that was broken; the message names it and the job. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/** Throws BrokenPromise when a condition is false for a job. */
export function demand(condition: boolean, what: string, job: Job): void {
  if (!condition) throw new BrokenPromise(`${what} (job ${job.id.slice(0, 6)}, ${job.status}, version ${job.version})`);
}

/** A caller's request for a redelivery. */
export interface Redelivery {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly askedAt: number;
  isPromised: boolean;
}

/** Everything that invariants read. */
export interface State {
  readonly rows: ReadonlyMap<string, Job>;
  readonly tombstones: ReadonlyMap<string, Tombstone>;
  /** fal's ledger, by request id. */
  readonly requests: ReadonlyMap<string, FalRequestRecord>;
  /** The number of POSTs sent for a job, by its id. */
  readonly posts: ReadonlyMap<string, number>;
  /** The bucket, by key. */
  readonly objects: ReadonlyMap<string, SimulatedObject>;
  readonly clearedPrefixes: ReadonlySet<string>;
  /** Keys of the uploads that jobs use, by job. */
  readonly uploads: ReadonlyMap<string, readonly string[]>;
  /** What was sent to callback receivers and to the event bus, by job, earliest first. */
  readonly callbacks: ReadonlyMap<string, readonly Callback[]>;
  readonly events: ReadonlyMap<string, readonly BusEvent[]>;
  /** The redeliveries that callers requested. */
  readonly redeliveries: Redelivery[];
}
