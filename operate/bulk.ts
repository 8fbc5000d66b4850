import type { Job } from "../lambdas/job/job.ts";
import { type Acted, act, type Hands, isFor } from "./act.ts";
import { type Action, type Operation, writeOperation } from "./operation.ts";
import { type ReadCount, selectJobs, type Where } from "./where.ts";

/** What an operation would do. */
export interface Plan {
  readonly action: Action;
  readonly jobs: number;
  readonly owners: number;
  /** What retries are expected to cost, in US dollars. */
  readonly estimated_usd: number | undefined;
  readonly sample: readonly {
    readonly id: string;
    readonly owner: string;
    readonly status: string;
    readonly code?: string | undefined;
  }[];
  readonly read: ReadCount;
}

const sampleJobs = 5;
/** How often one job is tried while the service asks to try again. */
const maxTries = 3;

export async function plan({ installation }: Pick<Hands, "installation">, action: Action, where: Where): Promise<Plan> {
  const read: ReadCount = { rows: 0, by: "a scan of the table" };
  const owners = new Set<string>();
  const sample: Job[] = [];
  let jobs = 0;
  let usd = 0;
  for await (const page of selectJobs(installation, where, read)) {
    for (const job of page.jobs.filter((each) => isFor(action, each))) {
      jobs++;
      usd += job.cost?.estimated_usd ?? 0;
      owners.add(job.owner);
      if (sample.length < sampleJobs) sample.push(job);
    }
  }
  const shown = sample.map(({ id, owner, status, error }) => ({ id, owner, status, code: error?.code }));
  const estimated_usd = action === "retry" ? Math.round(usd * 10_000) / 10_000 : undefined;
  return { action, jobs, owners: owners.size, estimated_usd, sample: shown, read };
}

export interface Pace {
  /** Waits so many milliseconds. */
  readonly pause: (ms: number) => Promise<void>;
  /** Actions in a second, at most. */
  readonly perSecond: number;
  /** Ends the operation after the action that is under way. It can be continued. */
  readonly stopped: () => boolean;
  readonly progress: (operation: Operation) => void;
}

/**
 * Carries out an operation from where it is, and returns it as it then is: with a position if it was stopped. Its item
 * in the table is written after each page of jobs. So whoever continues it after a crash repeats at most a page, and no
 * action on a job is done twice (`act`).
 */
export async function carryOut(hands: Hands, started: Operation, pace: Pace): Promise<Operation> {
  let operation = started.version === 0 ? await writeOperation(hands.installation, started) : started;
  if (operation.position === undefined) return operation;
  const where = {
    ...operation.where,
    createdBefore: Math.min(operation.where.createdBefore ?? Number.POSITIVE_INFINITY, operation.startedAt),
  };
  const read: ReadCount = { rows: 0, by: "a scan of the table" };
  // The index of due jobs changes while it is walked: an action moves jobs in it.
  for await (const { jobs, next } of selectJobs(hands.installation, where, read, operation.position, "stable")) {
    const counts = { acted: operation.acted, skipped: operation.skipped, refused: { ...operation.refused } };
    for (const job of jobs) {
      if (pace.stopped()) return operation;
      const result = await actPatiently(hands, operation, job, pace);
      if (result.kind === "acted") counts.acted++;
      else if (result.kind === "skipped") counts.skipped++;
      else counts.refused[result.code] = (counts.refused[result.code] ?? 0) + 1;
      if (result.kind !== "skipped") await pace.pause(1000 / pace.perSecond);
    }
    operation = await writeOperation(hands.installation, { ...operation, ...counts, position: next });
    pace.progress(operation);
  }
  return operation;
}

async function actPatiently(
  hands: Hands,
  { action, id }: Operation,
  job: Job,
  { pause, stopped }: Pace,
): Promise<Acted> {
  for (let tries = 1; ; tries++) {
    const result = await act(hands, action, id, job);
    if (result.kind !== "again" || tries === maxTries || stopped()) return result;
    await pause(result.afterSeconds * 1000);
  }
}
