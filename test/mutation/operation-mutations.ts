import { type Mutation, one } from "./mutation.ts";

const bulk = ["test/operate/bulk.test.ts"];
const restored = ["test/operate/restore.test.ts"];
const billed = ["test/unit/job/billed.test.ts"];
const usage = ["test/unit/routes/read-usage.test.ts"];
const allUsage = ["test/operate/usage.test.ts"];

/** Mutations of what an operator does, and of what is counted. */
export const operationMutations: readonly Mutation[] = [
  one(
    "P16",
    "a bulk retry that is continued retries jobs again",
    "operate/act.ts",
    'multiValueHeaders: { "idempotency-key": [key] },',
    'multiValueHeaders: { "idempotency-key": [key + Math.random()] },',
    bulk,
  ),
  one(
    "P16",
    "a bulk retry retries its own retries",
    "operate/bulk.ts",
    "operation.startedAt),",
    "Number.POSITIVE_INFINITY),",
    bulk,
  ),
  one(
    "P24",
    "a bulk action takes an owner for an API key",
    "operate/act.ts",
    "if (owner !== undefined && owner !== job.owner)",
    "if (owner === job.owner)",
    bulk,
  ),
  one(
    "P2",
    "two may continue one bulk action",
    "operate/operation.ts",
    'operation.version === 0 ? "attribute_not_exists(id)" : "version = :before"',
    'operation.version === 0 ? "attribute_not_exists(none)" : "version > :before OR version <= :before"',
    bulk,
  ),
  one(
    "P12",
    "a restored job that may have been sent is sent again",
    "operate/restore.ts",
    "const written = maySend ? asMaybeSent(job, policy, now) : item;",
    "const written = maySend ? job : item;",
    restored,
  ),
  one(
    "P33",
    "a key that fal refuses is used until it is old",
    "lambdas/fal/key.ts",
    "staleAt: Math.min(known.staleAt, now() + FAL_KEY_COOLDOWN_MS)",
    "staleAt: known.staleAt",
    ["test/unit/fal/key.test.ts"],
  ),
  one(
    "P29",
    "a job with a video is not billed",
    "lambdas/job/billed.ts",
    'if (videoOf(job) !== undefined) return "yes";',
    "",
    billed,
  ),
  one(
    "P29",
    "a job that fal may have run is not billed",
    "lambdas/job/billed.ts",
    "return request_id !== undefined || (attempt",
    "return request_id !== undefined && (attempt",
    billed,
  ),
  one(
    "P29",
    "a request that somebody else canceled at fal counts as never billed",
    "lambdas/job/billed.ts",
    'code === "infrastructure_failed" && error_type !== undefined && retryable',
    'code === "infrastructure_failed"',
    billed,
  ),
  one(
    "P29",
    "a failure of fal's infrastructure with a 4xx counts as never billed",
    "lambdas/job/billed.ts",
    "if (fal_status !== undefined) return fal_status >= 500;",
    "",
    billed,
  ),
  one(
    "P16",
    "deleting a job hides its cost",
    "lambdas/routes/delete-job.ts",
    "const kept = { owner, created_at_id, usage: usageFacts(job) };",
    "const kept = { created_at_id, usage: usageFacts(job) };",
    usage,
  ),
  one(
    "P16",
    "deleting a job hides its cost from the operator",
    "operate/where.ts",
    'items.filter((item) => "status" in item || "deleted_at" in item)',
    'items.filter((item) => "status" in item)',
    allUsage,
  ),
];
