import { type Dynamo, isConditionFailed } from "../aws/dynamo.ts";
import { WRITE_CONFLICT_MAX_TRIES } from "../limits.ts";
import type { Expense } from "./budget.ts";
import { type OwnerItem, type RotationRefused, rotated } from "./owner-item.ts";

/**
 * Takes an expense from its budget, or gives it back (`-1`). False: not enough is left. `writeId` must be new for each
 * call: the SDK repeats a write whose reply was lost, and no expense may count twice (rule P2).
 */
export async function spend(
  dynamo: Dynamo,
  { id, amount, limit, expires_at }: Expense,
  sign: 1 | -1,
  writeId: string,
): Promise<boolean> {
  // An amount larger than the whole budget never fits, not even on a new day.
  if (sign === 1 && amount > limit) return false;
  const isNew = "(attribute_not_exists(write_id) OR write_id <> :writeId)";
  const isEnough = "(attribute_not_exists(spent) OR spent <= :left)";
  try {
    await dynamo.update({
      Key: { id },
      UpdateExpression: "SET expires_at = :expiresAt, write_id = :writeId ADD spent :amount",
      ConditionExpression: sign === 1 ? `${isNew} AND ${isEnough}` : isNew,
      ExpressionAttributeValues: {
        ":expiresAt": expires_at,
        ":writeId": writeId,
        ":amount": sign * amount,
        ...(sign === 1 && { ":left": limit - amount }),
      },
    });
    return true;
  } catch (error) {
    if (!isConditionFailed(error)) throw error;
    return (await dynamo.get(id))?.write_id === writeId;
  }
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
