import { SWEEP_LISTED_MAX } from "../limits.ts";
import { logError } from "../log.ts";
import type { JobTable } from "../table/job-table.ts";

export interface DueJob {
  readonly id: string;
  readonly owner: string;
}

/** The due jobs of a lane, owners in turn. */
export interface DueInTurn {
  /** The next job; undefined if none is left. */
  next(): Promise<DueJob | undefined>;
  /** Lists a job again after something that never rejects. */
  postpone(job: DueJob, after: Promise<unknown>): void;
  /** Ends reading. Returns the errors of shards that could not be listed. */
  close(): Promise<unknown[]>;
}

/**
 * Lists the jobs of the shards that are due at a time (epoch milliseconds). Owners take turns, and each owner's jobs
 * come longest due first, so that an owner with very many due jobs does not delay the others (rule P30). The index does
 * not have the owners, so it reads the rows ahead of the work.
 */
export function dueInTurn(
  table: Pick<JobTable, "due" | "readMany">,
  shards: readonly string[],
  dueAt: number,
): DueInTurn {
  // The order of the map is the order of the turns.
  const listed = new Map<string, string[]>();
  let count = 0;
  // Lists and jobs that are still to come.
  let expected = shards.length;
  let isClosed = false;
  // An index may list a job twice, with its old and its new time.
  const seen = new Set<string>();
  const sleepers: (() => void)[] = [];
  const change = () => new Promise<void>((resolve) => sleepers.push(resolve));
  const wake = () => {
    for (const resolve of sleepers.splice(0)) resolve();
  };

  function add({ id, owner }: DueJob): void {
    const ofOwner = listed.get(owner);
    if (ofOwner) ofOwner.push(id);
    else listed.set(owner, [id]);
    count++;
  }

  async function list(shard: string): Promise<void> {
    try {
      for await (const ids of table.due(shard, dueAt)) {
        const fresh = [...new Set(ids)].filter((id) => !seen.has(id));
        for (const id of fresh) seen.add(id);
        for (const job of await ownersOf(table, fresh)) add(job);
        wake();
        while (count >= SWEEP_LISTED_MAX && !isClosed) await change();
        if (isClosed) return;
      }
    } finally {
      expected--;
      wake();
    }
  }

  function take(): DueJob | undefined {
    for (const [owner, ids] of listed) {
      listed.delete(owner);
      const id = ids.shift();
      if (ids.length > 0) listed.set(owner, ids);
      count--;
      wake();
      return id === undefined ? undefined : { id, owner };
    }
    return undefined;
  }

  const lists = Promise.allSettled(shards.map(list));
  return {
    async next() {
      for (;;) {
        const job = take();
        if (job !== undefined || expected === 0) return job;
        await change();
      }
    },
    postpone(job, after) {
      expected++;
      void after.then(() => {
        expected--;
        add(job);
        wake();
      });
    },
    async close() {
      isClosed = true;
      wake();
      return (await lists).flatMap((list) => (list.status === "rejected" ? [list.reason] : []));
    },
  };
}

/** Rows that are gone are left out. If the rows cannot be read, nobody takes turns, but no job is left out (promise 1). */
async function ownersOf(table: Pick<JobTable, "readMany">, ids: readonly string[]): Promise<readonly DueJob[]> {
  try {
    const jobs = await table.readMany(ids, false);
    return ids.flatMap((id) => {
      const owner = jobs.get(id)?.owner;
      return owner === undefined ? [] : { id, owner };
    });
  } catch (error) {
    logError("the owners of due jobs could not be read", error);
    return ids.map((id) => ({ id, owner: "" }));
  }
}
