import type { Figure } from "./figure.ts";
import { addedLatency } from "./figures/added-latency.ts";
import { coldStart } from "./figures/cold-start.ts";
import { loadTime } from "./figures/load-time.ts";
import { tableTraffic } from "./figures/table-traffic.ts";
import { timeToKnow } from "./figures/time-to-know.ts";
import { webhooksPerSecond } from "./figures/webhooks-per-second.ts";

/** All figures, in the order in which they are measured. */
export const figures: readonly Figure[] = [
  coldStart,
  loadTime,
  addedLatency,
  tableTraffic,
  webhooksPerSecond,
  timeToKnow,
];
