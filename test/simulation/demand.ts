import type { Job, Tombstone } from "../../lambdas/job/job.ts";
import type { SimulatedObject } from "./bucket.ts";
import type { BusEvent } from "./event-bus.ts";
import type { FalRequestRecord } from "./fal-request.ts";
import type { Callback } from "./receivers.ts";

export const PUBLIC_URL = "https://api.example.com";

/** A promise that was broken; the message says which, and for which job. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
}

/** Throws BrokenPromise where a condition does not hold of a job. */
export function demand(condition: boolean, what: string, job: Job): void {
  if (!condition) throw new BrokenPromise(`${what} (job ${job.id.slice(0, 6)}, ${job.status}, version ${job.version})`);
}

/** A caller asks to be told once more. */
export interface Redelivery {
  readonly jobId: string;
  /** Epoch milliseconds. */
  readonly askedAt: number;
  isPromised: boolean;
}

/** All that invariants look at. */
export interface State {
  readonly rows: ReadonlyMap<string, Job>;
  readonly tombstones: ReadonlyMap<string, Tombstone>;
  /** fal's ledger, by request id. */
  readonly requests: ReadonlyMap<string, FalRequestRecord>;
  /** How many POSTs left for a job, by its id. */
  readonly posts: ReadonlyMap<string, number>;
  /** The bucket, by key. */
  readonly objects: ReadonlyMap<string, SimulatedObject>;
  readonly clearedPrefixes: ReadonlySet<string>;
  /** Keys of the uploads that jobs were made of, by job. */
  readonly uploads: ReadonlyMap<string, readonly string[]>;
  /** What left for receivers of callbacks, and for the event bus, by job, the earliest first. */
  readonly callbacks: ReadonlyMap<string, readonly Callback[]>;
  readonly events: ReadonlyMap<string, readonly BusEvent[]>;
  /** What callers asked to be told once more. */
  readonly redeliveries: Redelivery[];
}
