import type { Policy } from "../../lambdas/job/event.ts";
import type { BucketFaults } from "./bucket.ts";
import type { CdnFaults } from "./cdn.ts";
import type { BusFaults } from "./event-bus.ts";
import type { FalFaults } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { ReceiverFaults } from "./receivers.ts";
import type { TableFaults } from "./table.ts";

/** The faults of one schedule's world. */
export interface Profile {
  readonly table: TableFaults;
  readonly fal: FalFaults;
  readonly bucket: BucketFaults;
  readonly cdn: CdnFaults;
  /** The stream records that start the archive function. */
  readonly archiveStream: StreamFaults;
  /** The stream records that start the deliver function. */
  readonly deliverStream: StreamFaults;
  /** Events that functions are started with. */
  readonly queue: QueueFaults;
  /** The callback receivers, by number. */
  readonly receivers: readonly ReceiverFaults[];
  readonly bus: BusFaults;
  readonly policy: Policy;
  /** Whether fal stores request payloads. */
  readonly storesPayloads: boolean;
  readonly crashChance: number;
  readonly skewMs: number;
  readonly jobs: number;
  readonly cancelChance: number;
  readonly retryChance: number;
  readonly deleteChance: number;
  readonly callbackChance: number;
  readonly redeliverChance: number;
  /** The probability that a caller sends several jobs at once. */
  readonly batchChance: number;
  /** The probability that a caller uses fal's client, and that a job is followed as fal's client does. */
  readonly proxyChance: number;
  /** The schedule lasts as long as callbacks are retried, and one receiver never comes back. */
  readonly isLong: boolean;
  readonly sweepCrashChance: number;
}

/** What happens to a record of the table's stream, each as a probability. */
export interface StreamFaults {
  /** 1: there is no stream. */
  readonly lost: number;
  readonly doubled: number;
}

/** What happens to an event in Lambda's own queue, each as a probability. */
export interface QueueFaults {
  readonly refuses: number;
  readonly loses: number;
}

const minuteMs = 60_000;

/**
 * Draws a world. Each kind of fault is absent, rare or common, so that schedules differ in kind and not only in
 * detail.
 */
export function drawProfile(random: Random): Profile {
  const level = (rare: number, common: number) => random.pick([0, 0, rare, common]);
  // In a calm world only submissions and webhooks are lost, so the sweep must miss nothing.
  const isCalm = random.chance(0.25);
  const trouble = (rare: number, common: number) => (isCalm ? 0 : level(rare, common));
  const drawStream = () => ({ lost: random.pick([0, 0.2, 1]), doubled: level(0.1, 0.5) });
  const downFrom = random.between(0, 5) * minuteMs;
  const isLong = random.chance(0.01);
  return {
    table: {
      throttled: trouble(0.02, 0.15),
      appliedButTimedOut: trouble(0.02, 0.15),
      retriedBySdk: level(0.05, 0.3),
      indexLagMs: random.pick([10, 2_000, 90_000]),
    },
    fal: {
      refused: level(0.1, 0.6),
      unknown: level(0.1, 0.5),
      inputRefused: level(0.05, 0.2),
      callFails: trouble(0.05, 0.4),
      webhookDropped: level(0.2, 1),
      webhookDuplicated: level(0.2, 0.8),
      webhookLate: level(0.1, 0.4),
      webhookEmpty: level(0.1, 0.4),
      renderFails: level(0.1, 0.4),
      videoElsewhere: random.pick([0, 0, 0, 0.2]),
      downFrom,
      downUntil: downFrom + trouble(2, 12) * minuteMs,
      historyOdd: level(0.1, 0.5),
      videoCrashes: random.pick([0, 0, 0, 0.3]),
      largeResult: random.pick([0, 0, 0.3, 1]),
    },
    bucket: { fails: trouble(0.05, 0.3) },
    // The longest is enough for ten copies to fail.
    cdn: {
      fails: random.pick([0, 0, 0.1, 0.5, 1]),
      spoils: random.pick([0, 0, 0.3]),
      wellAfterMs: random.pick([10, 95]) * minuteMs,
    },
    archiveStream: drawStream(),
    deliverStream: drawStream(),
    queue: { refuses: trouble(0.05, 0.3), loses: trouble(0.05, 0.3) },
    receivers: [
      drawReceiver(random),
      { ...drawReceiver(random), ...(isLong && { downUntil: Number.POSITIVE_INFINITY }) },
    ],
    bus: { fails: level(0.1, 0.6) },
    storesPayloads: random.chance(0.75),
    policy: {
      firstCheckMs: random.pick([5_000, 20_000, minuteMs]),
      submissionWindowMs: random.pick([5, 15, 45]) * minuteMs,
      retentionMs: 30 * 24 * 60 * minuteMs,
      archivesVideos: random.chance(0.85),
    },
    crashChance: trouble(0.01, 0.05),
    sweepCrashChance: trouble(0.002, 0.02),
    skewMs: random.pick([0, 500, 5_000]),
    jobs: random.between(1, 4),
    cancelChance: level(0.2, 0.6),
    retryChance: level(0.3, 0.9),
    deleteChance: level(0.3, 0.8),
    callbackChance: random.pick([0.5, 0.9]),
    redeliverChance: level(0.3, 0.8),
    batchChance: level(0.2, 0.5),
    proxyChance: level(0.3, 0.9),
    isLong,
  };
}

/** A receiver that is healthy, flaky, down for a while, or down for good. */
function drawReceiver(random: Random): ReceiverFaults {
  const downFrom = random.between(0, 20) * minuteMs;
  return {
    fails: random.pick([0, 0, 0.2, 0.8]),
    gone: random.pick([0, 0, 0, 0.3]),
    downFrom,
    downUntil: downFrom + random.pick([0, 0, 10, 60, 10_000]) * minuteMs,
  };
}
