import type { Policy } from "../../lambdas/job/event.ts";
import type { FalFaults } from "./fal.ts";
import type { Random } from "./random.ts";
import type { TableFaults } from "./table.ts";

/** How bad one schedule's world is. */
export interface Profile {
  readonly table: TableFaults;
  readonly fal: FalFaults;
  readonly policy: Policy;
  readonly crashChance: number;
  readonly skewMs: number;
  readonly jobs: number;
  readonly cancelChance: number;
  readonly retryChance: number;
  readonly sweepCrashChance: number;
}

const minuteMs = 60_000;

/** Draws a world. Each kind of trouble is absent, rare or common, so that schedules differ in kind and not only in detail. */
export function drawProfile(random: Random): Profile {
  const level = (rare: number, common: number) => random.pick([0, 0, rare, common]);
  // In a calm world only submissions and webhooks go astray: there the sweep must miss nothing.
  const isCalm = random.chance(0.25);
  const trouble = (rare: number, common: number) => (isCalm ? 0 : level(rare, common));
  const downFrom = random.between(0, 5) * minuteMs;
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
      downFrom,
      downUntil: downFrom + trouble(2, 12) * minuteMs,
      historyOdd: level(0.1, 0.5),
    },
    policy: {
      firstCheckMs: random.pick([5_000, 20_000, minuteMs]),
      submissionWindowMs: random.pick([5, 15, 45]) * minuteMs,
      retentionMs: 30 * 24 * 60 * minuteMs,
    },
    crashChance: trouble(0.01, 0.05),
    sweepCrashChance: trouble(0.002, 0.02),
    skewMs: random.pick([0, 500, 5_000]),
    jobs: random.between(1, 4),
    cancelChance: level(0.2, 0.6),
    retryChance: level(0.3, 0.9),
  };
}
