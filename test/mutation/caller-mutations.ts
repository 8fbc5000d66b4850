import { type Mutation, one } from "./mutation.ts";

const recordJob = "lambdas/submit/record-job.ts";
const acceptBatch = "lambdas/routes/create-batch.ts";
const cursor = "lambdas/routes/cursor.ts";
const ownerItems = "lambdas/table/owner-items.ts";

/** Mutations of batches, budgets, lists, callback secrets and callback targets. */
export const callerMutations: readonly Mutation[] = [
  one(
    "P16",
    "a batch entry's id ignores its position",
    "lambdas/job/identity.ts",
    'digest("batch", owner, idempotencyKey, String(index))',
    'digest("batch", owner, idempotencyKey, typeof index)',
  ),
  one(
    "P16",
    "the repeat of a batch is a new batch",
    acceptBatch,
    "const id = key === undefined ? randomJobId",
    "const id = key !== owner ? randomJobId",
  ),
  one(
    "A20",
    "a batch's entries are marked as being sent when they are not",
    recordJob,
    "webhookToken(service.randomBytes(32)), false);",
    "webhookToken(service.randomBytes(32)), true);",
  ),
  one(
    "P12",
    "a submission is sent although its claim was lost",
    "lambdas/submit/submit-recorded.ts",
    'const claimed = await service.jobs.claim(job, by, { type: "attempt_started", ...attempt });',
    'const claimed = (await service.jobs.claim(job, by, { type: "attempt_started", ...attempt })) ?? job;',
  ),
  one(
    "budget",
    "an expense may exceed the remaining budget",
    ownerItems,
    "OR spent <= :left",
    "OR attribute_exists(spent)",
    ["test/unit/submit/budget.test.ts"],
  ),
  one(
    "budget",
    "a repeat reduces the budget",
    recordJob,
    "if (expense) await service.table.spend(expense, -1, service.newWriteId()).catch(notReturned);",
    "",
    ["test/unit/submit/budget.test.ts"],
  ),
  one(
    "P24",
    "a cursor serves any owner",
    cursor,
    "digest(PURPOSE, owner, filters, sortKey)",
    "digest(PURPOSE, filters, sortKey)",
    ["test/unit/routes/list-jobs.test.ts"],
  ),
  one(
    "P24",
    "a cursor serves any filters",
    cursor,
    "digest(PURPOSE, owner, filters, sortKey)",
    "digest(PURPOSE, owner, filters && sortKey)",
    ["test/unit/routes/list-jobs.test.ts"],
  ),
  one(
    "P24",
    "a cursor is not signed",
    cursor,
    "given.length === expected.length && timingSafeEqual(given, expected)",
    "given.length === expected.length",
    ["test/unit/routes/list-jobs.test.ts"],
  ),
  one(
    "P24",
    "all owners have one callback secret",
    "lambdas/deliver/callback-secrets.ts",
    '["callback", owner, version]',
    '["callback", version]',
    ["test/unit/routes/callback-secret.test.ts"],
  ),
  one(
    "P24",
    "a second rotation brings the first secret back",
    "lambdas/table/owner-item.ts",
    "rotated_at: [at, ...stillValid]",
    "rotated_at: [at, ...stillValid.slice(0, 0)]",
    ["test/unit/routes/callback-secret.test.ts", "test/unit/table/owner-item.test.ts"],
  ),
  one(
    "P26",
    "the address that a name resolves to is not checked",
    "lambdas/deliver/callback-target.ts",
    "if (!addresses.every(",
    "if (addresses.length < 0 && !addresses.every(",
    ["test/unit/deliver"],
  ),
  one(
    "P26",
    "only one of a name's addresses is checked",
    "lambdas/deliver/callback-target.ts",
    "if (!addresses.every(",
    "if (!addresses.some(",
    ["test/unit/deliver"],
  ),
  one(
    "P26",
    "the connection resolves the name a second time",
    "lambdas/deliver/post-callback.ts",
    "lookup: (_hostname, _options, done) => done(null, [...addresses]),",
    "",
    ["test/unit/deliver"],
  ),
  one(
    "P26",
    "a callback may go to the API itself",
    "lambdas/deliver/callback-target.ts",
    "=== own) throw",
    '=== "") throw',
    ["test/unit/deliver"],
  ),
  one(
    "P26",
    "private addresses count as public",
    "lambdas/deliver/callback-target.ts",
    "if (!isPublicHost(url.hostname) &&",
    "if (!url.hostname &&",
    ["test/unit/deliver"],
  ),
];
