import type { StartFunction } from "../aws/start-function.ts";
import type { Job } from "../job/job.ts";
import { WORKER_MAX_JOBS } from "../limits.ts";
import { logError } from "../log.ts";
import type { HandedOver } from "../table/handed-over.ts";

/**
 * What the sweep does not do itself, because it could end the function (rule P27) or hang on a caller's receiver (rule
 * P30): checks of jobs with large results, copies of videos, and deliveries.
 */
export type HandedOverStep = "check" | "copy" | "deliver";

/** The functions that do each step. */
export type Starters = { readonly [step in HandedOverStep]: StartFunction };

/** Collects the jobs of one sweep, and then starts a few functions for each owner. */
export interface HandOver {
  /** `isSuspect`: an earlier attempt recorded nothing. Such a job gets an invocation of its own. */
  add(step: HandedOverStep, job: Job, isSuspect: boolean): void;
  /** Starts the functions for everything that was added. What cannot be started stays due. */
  flush(): Promise<void>;
}

type Jobs = {
  readonly step: HandedOverStep;
  readonly owner: string;
  readonly ids: string[];
  readonly suspects: string[];
};

/** `workersPerOwner`: how many functions are started for one owner and step at most. */
export function openHandOver(start: Starters, workersPerOwner: number): HandOver {
  const added = new Map<string, Jobs>();
  return {
    add(step, { id, owner }, isSuspect) {
      const key = `${step} ${owner}`;
      const jobs = added.get(key) ?? { step, owner, ids: [], suspects: [] };
      added.set(key, jobs);
      (isSuspect ? jobs.suspects : jobs.ids).push(id);
    },
    async flush() {
      const invocations = [...added.values()].flatMap(({ step, owner, ids, suspects }) =>
        share(ids, suspects, workersPerOwner).map((job_ids) => ({
          step,
          event: { owner, job_ids } satisfies HandedOver,
        })),
      );
      added.clear();
      await Promise.all(
        invocations.map(({ step, event }) =>
          start[step](event).catch((error: unknown) => logError(`a ${step} could not be handed over`, error)),
        ),
      );
    },
  };
}

/** The jobs of each invocation for one owner. One place is for a suspect if there is any. */
function share(ids: readonly string[], suspects: readonly string[], places: number): readonly (readonly string[])[] {
  const alone = suspects.map((id) => [id]);
  const workers = places - Math.min(1, alone.length);
  const lists = Array.from({ length: Math.min(workers, Math.ceil(ids.length / WORKER_MAX_JOBS)) }, (_, worker) =>
    ids.slice(worker * WORKER_MAX_JOBS, (worker + 1) * WORKER_MAX_JOBS),
  );
  return [...lists, ...alone].slice(0, places);
}
