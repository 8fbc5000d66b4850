import { type Dynamo, unlessRefused } from "../aws/dynamo.ts";
import { digest } from "../job/identity.ts";
import {
  EXPENSE_REPEATED_MS,
  EXPENSE_WRITE_CHARACTERS,
  EXPENSES_REMEMBERED_MAX,
  WRITE_CONFLICT_MAX_TRIES,
} from "../limits.ts";
import type { BudgetItem, Expense } from "./budget.ts";
import { type OwnerItem, ownerItemId, type RotationRefused, rotated } from "./owner-item.ts";

/**
 * Takes an expense from its budget, or gives it back (`-1`). False: not enough is left. `writeId` must be new for each
 * call: the SDK repeats a write whose reply was lost, and no expense may count twice, not even if others were written
 * meanwhile (rule P2). So the item remembers the writes of this stretch of time and of the one before; a stretch is
 * longer than the SDK repeats a write. Throws if more were written than it can remember (rule P29).
 */
export async function spend(
  dynamo: Dynamo,
  expense: Expense,
  sign: 1 | -1,
  writeId: string,
  now: () => number,
): Promise<boolean> {
  const write = Buffer.from(digest(writeId), "hex").toString("base64url").slice(0, EXPENSE_WRITE_CHARACTERS);
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const stretch = Math.floor(now() / EXPENSE_REPEATED_MS);
    const before = (await dynamo.get(expense.id)) as Partial<BudgetItem> | undefined;
    const { spent = 0, writes = [], earlier = [] } = before ?? {};
    if (writes.includes(write) || earlier.includes(write)) return true;
    if (sign === 1 && spent + expense.amount > expense.limit) return false;
    const isFirst = (before?.stretch ?? -1) < stretch;
    if (sign === 1 && !isFirst && writes.length >= EXPENSES_REMEMBERED_MAX)
      throw new Error(`More than ${EXPENSES_REMEMBERED_MAX} expenses were written in ${EXPENSE_REPEATED_MS} ms.`);
    if (await unlessRefused(dynamo.update(spending(expense, sign, write, isFirst ? stretch : undefined)))) return true;
  }
  throw new Error(`A budget changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while an expense was written.`);
}

/** The write of an expense. Given a stretch, it starts that one, and forgets the writes before the last one. */
function spending({ id, amount, limit, expires_at }: Expense, sign: 1 | -1, write: string, stretch?: number) {
  const isEnough = sign === 1 ? ["(attribute_not_exists(spent) OR spent <= :left)"] : [];
  const [remember, isNew] =
    stretch === undefined
      ? ["writes = list_append(writes, :writes)", "NOT contains(writes, :write) AND NOT contains(earlier, :write)"]
      : [
          "earlier = if_not_exists(writes, :none), writes = :writes, stretch = :stretch",
          "(attribute_not_exists(stretch) OR stretch < :stretch)",
        ];
  return {
    Key: { id },
    UpdateExpression: `SET expires_at = :expiresAt, ${remember} ADD spent :amount`,
    ConditionExpression: [isNew, ...isEnough].join(" AND "),
    ExpressionAttributeValues: {
      ":expiresAt": expires_at,
      ":amount": sign * amount,
      ":writes": [write],
      ...(stretch === undefined ? { ":write": write } : { ":none": [], ":stretch": stretch }),
      ...(sign === 1 && { ":left": limit - amount }),
    },
  };
}

/**
 * Two concurrent rotations both count: a secret that was handed out is never withdrawn (rule P24). `writeId` must be new
 * for each call: a write that the SDK repeats counts once (rule P2), also if another rotation was written in between.
 */
export async function rotateSecret(
  dynamo: Dynamo,
  owner: string,
  at: number,
  writeId: string,
): Promise<OwnerItem | RotationRefused> {
  for (let tries = 0; tries < WRITE_CONFLICT_MAX_TRIES; tries++) {
    const before = (await dynamo.get(ownerItemId(owner))) as OwnerItem | undefined;
    if (before?.write_ids?.includes(writeId)) return before;
    const next = rotated(owner, before, at, writeId);
    if ("retryAt" in next) return next;
    const condition = before
      ? {
          ConditionExpression: "secret_version = :version",
          ExpressionAttributeValues: { ":version": before.secret_version },
        }
      : { ConditionExpression: "attribute_not_exists(id)" };
    if (await unlessRefused(dynamo.put(next, condition))) return next;
  }
  throw new Error(
    `An owner's callback secret changed ${WRITE_CONFLICT_MAX_TRIES} times in a row while it was being rotated.`,
  );
}
