import { TIMELINE_MAX_ENTRIES, TIMELINE_RESERVED_ENTRIES } from "../limits.ts";
import { TERMINAL_STATUSES, type TimelineEntry, type TimelineEvent } from "./job.ts";

/**
 * The timeline with one more entry, or unchanged when it is full. The last places are reserved for terminal and late
 * events, so a job that waited long still shows how it ended. A full timeline never blocks a write (rule P4).
 */
export function appendToTimeline(timeline: readonly TimelineEntry[], entry: TimelineEntry): readonly TimelineEntry[] {
  const room = isReserved(entry.event) ? TIMELINE_MAX_ENTRIES : TIMELINE_MAX_ENTRIES - TIMELINE_RESERVED_ENTRIES;
  return timeline.length < room ? [...timeline, entry] : timeline;
}

function isReserved(event: TimelineEvent): boolean {
  return event === "late_result" || (TERMINAL_STATUSES as readonly TimelineEvent[]).includes(event);
}
