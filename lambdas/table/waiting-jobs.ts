import { type Dynamo, unlessRefused } from "../aws/dynamo.ts";
import { WAITING_KEPT_SECONDS, WAITING_MAX_JOBS, WORKER_MAX_JOBS, WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import type { LeaseKind } from "./leases.ts";

/** Jobs of one owner that were handed over while all of its places for this kind of work were taken (rule P30). */
export interface Waiting {
  readonly kind: LeaseKind;
  readonly owner: string;
}

/** Leaves jobs to whoever is done first, at a time in epoch milliseconds. If too many wait, they are left to the sweep. */
export async function addWaiting(dynamo: Dynamo, waiting: Waiting, ids: readonly string[], at: number): Promise<void> {
  await unlessRefused(
    dynamo.update({
      Key: { id: idOf(waiting) },
      UpdateExpression:
        "SET job_ids = list_append(if_not_exists(job_ids, :none), :ids), expires_at = :expiresAt ADD revision :one",
      ConditionExpression: "attribute_not_exists(job_ids) OR size(job_ids) < :max",
      ExpressionAttributeValues: {
        ":none": [],
        ":ids": ids,
        ":one": 1,
        ":max": WAITING_MAX_JOBS,
        ":expiresAt": Math.ceil(at / 1000) + WAITING_KEPT_SECONDS,
      },
    }),
  );
}

/** Some of the jobs that wait; nobody else gets them. A write that the SDK repeats may lose them: the sweep finds them. */
export async function takeWaiting(dynamo: Dynamo, waiting: Waiting): Promise<readonly string[]> {
  const id = idOf(waiting);
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const { job_ids, revision } = (await dynamo.get(id)) ?? {};
    const ids = (job_ids ?? []) as readonly string[];
    if (ids.length === 0) return [];
    const taken = dynamo.update({
      Key: { id },
      UpdateExpression: "SET job_ids = :rest ADD revision :one",
      ConditionExpression: "revision = :revision",
      ExpressionAttributeValues: { ":rest": ids.slice(WORKER_MAX_JOBS), ":one": 1, ":revision": revision },
    });
    if (await unlessRefused(taken)) return ids.slice(0, WORKER_MAX_JOBS);
  }
  return [];
}

function idOf({ kind, owner }: Waiting): string {
  return `waiting#${kind}#${owner}`;
}
