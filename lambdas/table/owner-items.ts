import { type Dynamo, isConditionFailed } from "../aws/dynamo.ts";
import { EXPENSE_REPEATED_MS, WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import type { Expense } from "./budget.ts";
import { type OwnerItem, type RotationRefused, rotated } from "./owner-item.ts";

/**
 * Takes an expense from its budget, or gives it back (`-1`), at a time in epoch milliseconds. False: not enough is left.
 * `writeId` must be new for each call: the SDK repeats a write whose reply was lost, and no expense may count twice, not
 * even if others were written meanwhile (rule P2). So the item keeps the ids of the latest writes: one set for each
 * stretch of time, of which the oldest is dropped.
 */
export async function spend(
  dynamo: Dynamo,
  { id, amount, limit, expires_at }: Expense,
  sign: 1 | -1,
  writeId: string,
  at: number,
): Promise<boolean> {
  // An amount larger than the whole budget never fits, not even on a new day.
  if (sign === 1 && amount > limit) return false;
  const [writes, oldest] = [writesAt(at), writesAt(at + EXPENSE_REPEATED_MS)];
  const isNew = "NOT contains(#writes, :writeId)";
  const isEnough = "(attribute_not_exists(spent) OR spent <= :left)";
  try {
    await dynamo.update({
      Key: { id },
      UpdateExpression: "SET expires_at = :expiresAt REMOVE #oldest ADD spent :amount, #writes :writeIds",
      ConditionExpression: sign === 1 ? `${isNew} AND ${isEnough}` : isNew,
      ExpressionAttributeNames: { "#writes": writes, "#oldest": oldest },
      ExpressionAttributeValues: {
        ":expiresAt": expires_at,
        ":writeId": writeId,
        ":writeIds": new Set([writeId]),
        ":amount": sign * amount,
        ...(sign === 1 && { ":left": limit - amount }),
      },
    });
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    const written = (await dynamo.get(id))?.[writes] as Iterable<string> | undefined;
    return [...(written ?? [])].includes(writeId);
  }
}

/** The set of write ids of a stretch of time. Three take turns: this one, the one before, and one that is emptied. */
function writesAt(at: number): string {
  return `writes_${Math.floor(at / EXPENSE_REPEATED_MS) % 3}`;
}

/** Two concurrent rotations both count: a secret that was handed out is never withdrawn (rule P24). */
export async function rotateSecret(
  dynamo: Dynamo,
  owner: string,
  at: number,
  readOwner: (owner: string) => Promise<OwnerItem | undefined>,
): Promise<OwnerItem | RotationRefused> {
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const before = await readOwner(owner);
    const next = rotated(owner, before, at);
    if ("retryAt" in next) return next;
    const condition = before
      ? {
          ConditionExpression: "secret_version = :version",
          ExpressionAttributeValues: { ":version": before.secret_version },
        }
      : { ConditionExpression: "attribute_not_exists(id)" };
    try {
      await dynamo.put(next, condition);
      return next;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
    }
  }
  throw new Error(
    `An owner's callback secret changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while it was being rotated.`,
  );
}
