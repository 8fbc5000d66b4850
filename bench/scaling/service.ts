import { streamBatches } from "../../infra/stream-batches.ts";
import {
  CALLBACKS_PER_WORKER,
  COPIES_PER_WORKER,
  DEADLINE_DEFAULT_SECONDS,
  DUE_SHARDS,
  EXPENSE_REPEATED_MS,
  EXPENSE_WRITE_CHARACTERS,
  EXPENSES_REMEMBERED_MAX,
  FAL_STATUS_TIMEOUT_MS,
  SERVICE_STATE_MS,
  START_TIMEOUT_MAX_SECONDS,
  SWEEP_CLAIM_MS,
  SWEEP_LISTED_MAX,
  SWEEP_OPEN_LANE_MS,
  SWEEP_PAGE_SIZE,
  SWEEP_WORKERS,
  WAITING_MAX_JOBS,
  WORKER_MAX_JOBS,
} from "../../lambdas/limits.ts";

/** What the simulation takes over from the service. A changed limit changes the simulation. */
export const service = {
  sweep: {
    everyMs: 60_000,
    workers: SWEEP_WORKERS,
    openLaneMs: SWEEP_OPEN_LANE_MS,
    pageSize: SWEEP_PAGE_SIZE,
    listedMax: SWEEP_LISTED_MAX,
    shards: DUE_SHARDS,
    statusTimeoutMs: FAL_STATUS_TIMEOUT_MS,
  },
  stream: streamBatches,
  handedOver: {
    jobsMax: WORKER_MAX_JOBS,
    waitingMax: WAITING_MAX_JOBS,
    /** An id in a list of the table, with its overhead. */
    idBytes: 40,
    claimMs: SWEEP_CLAIM_MS,
    copiesAtOnce: COPIES_PER_WORKER,
    callbacksAtOnce: CALLBACKS_PER_WORKER,
  },
  budget: {
    writesRemembered: EXPENSES_REMEMBERED_MAX,
    rememberedMs: EXPENSE_REPEATED_MS,
    /** One of them in a list of the table, with its overhead. */
    writeBytes: EXPENSE_WRITE_CHARACTERS + 1,
  },
  /** One place of an owner: its name and its mark. */
  placeBytes: 45,
  /** Of a job that names none. */
  deadlineMs: DEADLINE_DEFAULT_SECONDS * 1000,
  startTimeoutMs: START_TIMEOUT_MAX_SECONDS * 1000,
  stateReadEveryMs: SERVICE_STATE_MS,
} as const;

/** Settings that the simulation starts from: the defaults of a deployment. A test compares them. */
export const defaults = {
  accountConcurrency: 1_000,
  workersPerOwner: 10,
  waitsPerOwner: 10,
  streamsPerOwner: 10,
  rateLimitPerSecond: 100,
  routeRatePerSecond: 400,
  webhookRatePerSecond: 500,
  firstCheckSeconds: 60,
} as const;

/** One write of a job's row on the usual way, by what it costs in each place. Units are of 1 KB. */
export interface RowWrite {
  readonly what: string;
  readonly by: "submit" | "webhook" | "archive" | "deliver";
  /** Milliseconds after the job's creation, without the render. */
  readonly afterMs: number;
  /** Whether it comes after the render. */
  readonly isSettled: boolean;
  readonly rowUnits: number;
  /** In `byDue`. A moved `due_at` is a deletion and an insertion. */
  readonly openUnits: number;
  readonly settledUnits: number;
  readonly ownerUnits: number;
}

function write(
  what: string,
  by: RowWrite["by"],
  afterMs: number,
  [rowUnits, openUnits, settledUnits, ownerUnits = 0]: readonly [number, number, number, number?],
): RowWrite {
  return { what, by, afterMs, isSettled: settledUnits > 0, rowUnits, openUnits, settledUnits, ownerUnits };
}

/**
 * The writes of a job with a video to keep and a callback to send, when nothing goes wrong: its row then has version 7.
 * Rows are of 1 to 2 KB if the prompt is short, and of more than 2 KB while they contain the event that is delivered.
 */
export const rowWrites: readonly RowWrite[] = [
  write("recorded", "submit", 0, [2, 1, 0, 1]),
  write("accepted by fal", "submit", 310, [2, 2, 0]),
  write("settled", "webhook", 400, [2, 1, 1]),
  write("copy claimed", "archive", 800, [2, 0, 2]),
  write("video kept", "archive", 2_400, [2, 0, 2]),
  write("delivery claimed", "deliver", 2_800, [3, 0, 2]),
  write("delivered", "deliver", 3_100, [3, 0, 1]),
];

/** Small writes to an owner's items: a place is taken and given back, once for the copy and once for the callback. */
export const leaseWrites = 4;
