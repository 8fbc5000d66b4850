import { InvalidArgumentError } from "commander";
import { type AddCommand, FOUND, LISTED_MAX, SUCCESS } from "../command.ts";
import { type StuckJob, stuck } from "../open-work.ts";
import { scanForTrouble } from "../scan.ts";

/** A sweep looks every minute. What has been due for longer than this has a reason. */
const STUCK_AFTER_MINUTES = 5;

export function addStuck(add: AddCommand): void {
  add({
    name: "stuck",
    description: `jobs that have been due for more than ${STUCK_AFTER_MINUTES} minutes, and why; exit code 1 if there are any`,
    work: async ({ installation, now }, { olderThan = STUCK_AFTER_MINUTES, all }) => {
      const due = await stuck(installation, now(), Number(olderThan) * 60_000, LISTED_MAX);
      return all === true ? [...due, ...(await scanForTrouble(installation, LISTED_MAX))] : due;
    },
    show: showStuck,
    codeOf: (jobs) => (jobs.length === 0 ? SUCCESS : FOUND),
  })
    .option("--older-than <minutes>", "due for more than so many minutes", minutes)
    .option("--all", "also overdue jobs, and jobs whose copy or delivery was given up; it scans the table");
}

function minutes(text: string): string {
  if (!(Number(text) >= 0)) throw new InvalidArgumentError("It must be a number of minutes.");
  return text;
}

function showStuck(jobs: readonly StuckJob[]): string {
  if (jobs.length === 0) return "No job is stuck.";
  return jobs
    .map(
      ({ id, owner, status, due_for_seconds, why }) =>
        `${id}  ${status}${due_for_seconds > 0 ? `  due for ${due_for_seconds} s` : ""}  ${owner}  ${why}`,
    )
    .join("\n");
}
