import { InvalidArgumentError } from "commander";
import { isOpen, type Job } from "../../lambdas/job/job.ts";
import { waitOf } from "../../lambdas/job/waiting.ts";
import { type AddCommand, jobsOf, LISTED_MAX } from "../command.ts";
import { addWhere, type ReadCount, readWhere, selectJobs } from "../where.ts";

interface Listed {
  readonly jobs: readonly ReturnType<typeof summaryOf>[];
  /** Whether there may be more. */
  readonly isCut: boolean;
  readonly read: ReadCount;
}

export function addJobs(add: AddCommand): void {
  const command = add({
    name: "jobs",
    description: "jobs of any owner; without --owner, --id or open states it scans the table, and says so",
    work: async ({ installation, now }, options): Promise<Listed> => {
      const limit = Number(options.limit ?? LISTED_MAX);
      const read: ReadCount = { rows: 0, by: "ids" };
      const found: Job[] = [];
      for await (const { jobs } of selectJobs(installation, readWhere(options, now()), read)) {
        found.push(...jobs);
        if (found.length > limit) break;
      }
      return { jobs: found.slice(0, limit).map((job) => summaryOf(job, now())), isCut: found.length > limit, read };
    },
    show: ({ jobs, isCut, read }) =>
      [
        ...jobs.map(
          ({ id, status, owner, age_seconds, endpoint, code, waiting_for, overdue }) =>
            `${id}  ${status.padEnd(10)}  ${age(age_seconds)}  ${owner}  ${endpoint}${code ? `  ${code}` : ""}${waiting_for ? `  waits for ${waiting_for}` : ""}${overdue ? "  overdue" : ""}`,
        ),
        `${jobsOf(jobs.length)}${isCut ? ", and more: add --limit" : ""}. ${read.rows} rows were read, through ${read.by}.`,
      ].join("\n"),
  });
  addWhere(command).option("--limit <number>", `at most so many, ${LISTED_MAX} by default`, count);
}

function summaryOf(job: Job, now: number) {
  const { id, status, owner, endpoint, created_at, error, overdue, request_id } = job;
  const age_seconds = Math.round((now - Date.parse(created_at)) / 1000);
  const code = error?.code;
  const shown = { id, status, owner, endpoint, created_at, age_seconds, request_id, code, waiting_for: waitOf(job) };
  return { ...shown, overdue: isOpen(job) ? overdue : undefined };
}

function count(text: string): string {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1.");
  return text;
}

/** Seconds as `5 s`, `12 min` or `3 h`. */
function age(seconds: number): string {
  if (seconds < 120) return `${seconds} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}
