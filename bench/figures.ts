import type { Figure } from "./figure.ts";
import { addedLatency } from "./figures/added-latency.ts";
import { bigFiles } from "./figures/big-files.ts";
import { coldStart } from "./figures/cold-start.ts";
import { loadTime } from "./figures/load-time.ts";
import { makeSoak } from "./figures/soak.ts";
import { startTime, testTime } from "./figures/start-time.ts";
import { sweepSize } from "./figures/sweep-size.ts";
import { tableTraffic } from "./figures/table-traffic.ts";
import { timeToKnow } from "./figures/time-to-know.ts";
import { webhooksPerSecond } from "./figures/webhooks-per-second.ts";

/** Fits into the time of a whole run; `--jobs` changes it. */
const soakJobs = 400;

/** All figures, in the order in which they are measured. */
export function listFigures(jobs: number = soakJobs): readonly Figure[] {
  return [
    coldStart,
    loadTime,
    addedLatency,
    tableTraffic,
    webhooksPerSecond,
    timeToKnow,
    sweepSize,
    makeSoak(jobs),
    bigFiles,
    startTime,
    testTime,
  ];
}
