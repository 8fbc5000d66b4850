import { isOpen, type Job } from "../lambdas/job/job.ts";
import { isFor } from "./act.ts";
import type { Installation } from "./connect.ts";
import type { StuckJob } from "./open-work.ts";
import { type ReadCount, selectJobs } from "./where.ts";

/** What only the rows themselves tell, of which every one is read. */
export interface Scanned {
  /** Open jobs by state, and by owner: the owners with the most. */
  readonly by_state: Readonly<Record<string, number>>;
  readonly by_owner: Readonly<Record<string, number>>;
  /** Jobs that failed or expired today (UTC), by error code. */
  readonly failed_today: Readonly<Record<string, number>>;
  readonly read: ReadCount;
}

const shownOwners = 10;

export async function scanJobs(installation: Installation, now: number): Promise<Scanned> {
  const today = new Date(now).toISOString().slice(0, "2026-01-01".length);
  const [states, owners, codes] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const read: ReadCount = { rows: 0, by: "a scan of the table" };
  for await (const { jobs } of selectJobs(installation, {}, read, undefined, "stable")) {
    for (const job of jobs) {
      if (isOpen(job)) {
        addOne(states, job.status);
        addOne(owners, job.owner);
      } else if (job.error !== undefined && job.settled_at?.startsWith(today)) addOne(codes, job.error.code);
    }
  }
  return {
    by_state: most(states),
    by_owner: most(owners, shownOwners),
    failed_today: most(codes),
    read,
  };
}

/** Jobs that are not due, and that need somebody nevertheless. */
export async function scanForTrouble(installation: Installation, limit: number): Promise<readonly StuckJob[]> {
  const found: StuckJob[] = [];
  const read: ReadCount = { rows: 0, by: "a scan of the table" };
  for await (const { jobs } of selectJobs(installation, {}, read, undefined, "stable")) {
    for (const job of jobs) {
      const why = whyTroubled(job);
      if (why !== undefined) found.push({ id: job.id, owner: job.owner, status: job.status, due_for_seconds: 0, why });
      if (found.length === limit) return found;
    }
  }
  return found;
}

function whyTroubled(job: Job): string | undefined {
  if (isOpen(job)) return job.overdue ? "overdue: it takes much longer at fal than is typical" : undefined;
  if (isFor("redeliver", job)) return "its callback or event was given up: ops redeliver";
  const isGivenUp = job.timeline.some(({ event }) => event === "archive_abandoned");
  return isGivenUp && isFor("archive", job) ? "the copy of its paid video was given up: ops archive" : undefined;
}

function addOne(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function most(counts: ReadonlyMap<string, number>, limit = counts.size): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one).slice(0, limit));
}
