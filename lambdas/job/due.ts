import type { DueFacts } from "./job.ts";

/** The earliest of the due facts: the one time at which somebody must look at the job (rule P6). Nothing left to do: undefined. */
export function earliestDue(facts: DueFacts): number | undefined {
  const times = [facts.submit_due, facts.check_due, facts.archive_due, facts.deliver_due].filter(
    (time) => time !== undefined,
  );
  return times.length === 0 ? undefined : Math.min(...times);
}
