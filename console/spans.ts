import type { Job } from "./types.ts";

/** A stretch of a job's life. Times are epoch milliseconds. */
export interface Span {
  readonly name: string;
  /** Who has the job meanwhile. */
  readonly whose: "ours" | "queue" | "fal" | "unknown";
  readonly by: string;
  readonly from: number;
  /** Undefined: it lasts. */
  readonly to: number | undefined;
  readonly isBad?: boolean;
  /** How long it takes typically, in milliseconds. */
  readonly typicalMs?: number | undefined;
}

/** How long jobs of an endpoint typically wait and run at fal, in milliseconds. */
export interface Typical {
  readonly queueMs: number | undefined;
  readonly runMs: number | undefined;
}

/** Events after which a job waits in fal's queue. */
const QUEUED: readonly string[] = ["queued", "confirmed", "adopted"];
const ENDED: readonly string[] = ["succeeded", "failed", "canceled", "expired"];
const AFTER_POST: readonly string[] = ["not_accepted", "unconfirmed", ...QUEUED, ...ENDED];

/** The stretches of a job from its timeline and its deliveries, in the order of their starts. */
export function spansOf(job: Job, typical: Typical): Span[] {
  const entries = job.timeline.map((entry) => ({ ...entry, at: Date.parse(entry.at) }));
  const firstAfter = (place: number, events: readonly string[]) =>
    entries.slice(place + 1).find(({ event }) => events.includes(event));
  const start = Date.parse(job.created_at);
  const ended = entries.find(({ event }) => ENDED.includes(event));
  // The first POST belongs to the acceptance, unless the job waited before it.
  const answered = entries.find(({ event }) => event === "attempt_started" || AFTER_POST.includes(event));
  const isPosted = answered?.event !== "attempt_started";
  const spans: Span[] = [
    {
      name: isPosted ? "accepted and posted" : "accepted, waiting to be posted",
      whose: "ours",
      by: "submit",
      from: start,
      to: answered?.at,
      isBad: answered?.event === "not_accepted" || answered?.event === "unconfirmed",
    },
  ];
  let attempts = isPosted ? 1 : 0;
  for (const [place, { event, at, by }] of entries.entries()) {
    if (event === "attempt_started") {
      const answer = firstAfter(place, AFTER_POST);
      const isBad = answer?.event === "not_accepted" || answer?.event === "unconfirmed";
      spans.push({ name: `posted (${++attempts})`, whose: "ours", by, from: at, to: answer?.at, isBad });
    } else if (event === "not_accepted") {
      spans.push({
        name: "waiting to post again",
        whose: "ours",
        by,
        from: at,
        to: firstAfter(place, ["attempt_started", ...ENDED])?.at,
      });
    } else if (event === "unconfirmed") {
      spans.push({
        name: "unknown at fal",
        whose: "unknown",
        by,
        from: at,
        to: firstAfter(place, [...QUEUED, ...ENDED])?.at,
      });
    } else if (QUEUED.includes(event)) {
      const next = firstAfter(place, ["running", ...ENDED]);
      const isSeen = next === undefined || next.event === "running";
      const name = isSeen ? "in fal's queue" : "at fal, start not seen";
      spans.push({ name, whose: "queue", by, from: at, to: next?.at, typicalMs: typical.queueMs });
    } else if (event === "running") {
      spans.push({ name: "running at fal", whose: "fal", by, from: at, to: ended?.at, typicalMs: typical.runMs });
    } else if (event === "archived" || event === "archive_abandoned") {
      spans.push({
        name: event === "archived" ? "video kept" : "video not kept",
        whose: "ours",
        by,
        from: ended?.at ?? at,
        to: at,
        isBad: event !== "archived",
      });
    } else if (event === "cancel_requested") {
      spans.push({ name: "canceling", whose: "ours", by, from: at, to: ended?.at });
    } else if (event === "late_result") {
      spans.push({ name: "late result", whose: "fal", by, from: ended?.at ?? at, to: at });
    }
  }
  for (const { attempt, at, latency_ms, status, error } of job.deliveries ?? []) {
    const to = Date.parse(at);
    const name = `delivered (${attempt}${status === undefined ? "" : `: ${status}`})`;
    spans.push({ name, whose: "ours", by: "deliver", from: to - latency_ms, to, isBad: error !== undefined });
  }
  return spans.sort((one, other) => one.from - other.from);
}

/** The typical times of an endpoint, from jobs of it that have succeeded. */
export function typicalOf(jobs: readonly Job[]): Typical {
  const waits: number[] = [];
  const runs: number[] = [];
  for (const { submitted_at, started_at, settled_at } of jobs) {
    if (started_at === undefined) continue;
    if (submitted_at !== undefined) waits.push(Date.parse(started_at) - Date.parse(submitted_at));
    if (settled_at !== undefined) runs.push(Date.parse(settled_at) - Date.parse(started_at));
  }
  return { queueMs: median(waits), runMs: median(runs) };
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}
