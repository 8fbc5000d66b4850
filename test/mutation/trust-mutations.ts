import { type Mutation, one } from "./mutation.ts";

const signature = "lambdas/fal/signature.ts";
const signingKeys = "lambdas/fal/signing-keys.ts";
const receiveWebhook = "lambdas/routes/receive-webhook.ts";
const ownerItems = "lambdas/table/owner-items.ts";
const table = "lambdas/table/job-table.ts";

/**
 * Mutations of owners, signatures, budgets and what callers can see, written by someone who did not write the tests.
 */
export const trustMutations: readonly Mutation[] = [
  one(
    "trust",
    "owners are compared by prefix",
    "lambdas/http/owned-job.ts",
    "job?.owner === owner",
    "job?.owner.startsWith(owner)",
  ),
  one("trust", "a signature may be in upper case", signature, "/^[0-9a-f]{128}$/", "/^[0-9a-f]{128}$/i"),
  one(
    "trust",
    "the signature does not cover the body",
    signature,
    ".update(rawBody)",
    ".update(rawBody.subarray(0, 0))",
  ),
  one(
    "trust",
    "a webhook's timestamp may be in the future",
    signature,
    "Math.abs(Number(timestamp) - nowMs / 1000)",
    "(nowMs / 1000 - Number(timestamp))",
  ),
  one(
    "trust",
    "the signed request id may differ from the body's",
    receiveWebhook,
    "signed.requestId !== delivery.requestId && signed.requestId !== delivery.gatewayRequestId",
    "signed.requestId === undefined",
  ),
  one(
    "trust",
    "the first of two signature headers counts",
    receiveWebhook,
    "values.length === 1 ?",
    "values.length > 0 ?",
  ),
  one(
    "trust",
    "a webhook for an unknown job is answered with 200",
    receiveWebhook,
    "if (!settled) throw",
    "if (!settled && !token) throw",
  ),
  one(
    "trust",
    "each forged webhook causes a request to fal's key host",
    signingKeys,
    "now() - triedAt < SIGNING_KEYS_COOLDOWN_MS",
    "now() < triedAt",
  ),
  one(
    "trust",
    "fal's keys are cached for ever",
    signingKeys,
    "now() - fetchedAt < SIGNING_KEYS_MAX_AGE_MS",
    "now() > 0",
  ),
  one(
    "P15",
    "a second render is not reported",
    "lambdas/settle/settle-from-webhook.ts",
    "(job.attempt?.number ?? 0) > 1",
    "(job.attempt?.number ?? 0) > 9",
  ),
  one(
    "P9",
    "a row past its expiry is still read",
    table,
    "item.expires_at <= epochSeconds()",
    "item.expires_at <= epochSeconds() - 86_400",
  ),
  one("P29", "a budget may be exceeded by one job", ownerItems, "limit - amount }", "limit }"),
  one(
    "P29",
    "an expense counts twice when its reply was lost",
    ownerItems,
    "NOT contains(writes, :write) AND NOT contains(earlier, :write)",
    "NOT contains(earlier, :write)",
  ),
  one(
    "P29",
    "an expense whose repeat was refused counts as too large",
    ownerItems,
    "if (writes.includes(write) || earlier.includes(write)) return true;",
    "if (earlier.includes(write)) return true;",
  ),
  one(
    "P29",
    "a write of an expense is forgotten at once",
    ownerItems,
    "earlier = if_not_exists(writes, :none)",
    "earlier = :none",
  ),
  one("P29", "the item of a budget grows all day", ownerItems, "< stretch;", "< 0;", ["test/unit/table/spend.test.ts"]),
  one("P29", "the item of a budget may become large at once", ownerItems, "!isFirst &&", "isFirst &&", [
    "test/unit/table/spend.test.ts",
  ]),
  one(
    "P24",
    "a rotation whose reply was lost rotates again",
    ownerItems,
    "if (before?.write_ids?.includes(writeId)) return before;",
    "if (before?.write_ids?.[0] === writeId) return before;",
    ["test/unit/table/spend.test.ts"],
  ),
  one("P29", "a budget lasts a month", "lambdas/table/budget.ts", "slice(0, 10)", "slice(0, 7)"),
  one("P29", "owners share one budget", "lambdas/table/budget.ts", "owner}#", "limitUsd}#"),
  one(
    "P24",
    "a replaced secret stops signing at once",
    "lambdas/deliver/callback-secrets.ts",
    "until > now)",
    "until < 0)",
  ),
  one("P24", "a replaced secret signs for ever", "lambdas/deliver/callback-secrets.ts", "until > now)", "until > 0)"),
  one(
    "P24",
    "callbacks are signed with the new secret alone",
    "lambdas/deliver/sign-callback.ts",
    "...secrets.previous.map(({ secret }) => secret)",
    "",
  ),
  one(
    "P23",
    "a host whose name merely ends in fal's media domain counts as fal's",
    "lambdas/fal/url.ts",
    "endsWith(`.",
    "endsWith(`",
  ),
  one("P23", "videos are fetched from any port", "lambdas/fal/url.ts", 'port === "" && ', ""),
  one(
    "P25",
    "a job's files are removed by a prefix of its id",
    "lambdas/archive/store-video.ts",
    "jobId}/",
    "jobId.slice(0, 8)}",
  ),
  one(
    "P3",
    "a deletion does not wait for its uploads to go",
    "lambdas/routes/delete-job.ts",
    "await Promise.all(uploads",
    "void Promise.all(uploads",
  ),
  one(
    "A15",
    "a job's ETag stays the same while it is open",
    "lambdas/routes/read-job.ts",
    'job.version}"',
    'job.status}"',
  ),
  one(
    "truth",
    "a live read is answered with 304",
    "lambdas/routes/read-job.ts",
    "if (!logs && namesEtag",
    "if (namesEtag",
  ),
  one(
    "A5",
    "a wait uses up the time that the answer needs",
    "lambdas/table/wait.ts",
    "answerBy - WAIT_RESERVE_MS",
    "answerBy + WAIT_RESERVE_MS",
  ),
  one(
    "P16",
    "an Idempotency-Key in quotes is another key",
    "lambdas/http/idempotency-key.ts",
    '/^".*"$/.test(value)',
    "value === undefined",
  ),
  one(
    "P22",
    "a token is compared before it is hashed",
    receiveWebhook,
    "tokenHash(token), delivery",
    "token, delivery",
  ),
];
