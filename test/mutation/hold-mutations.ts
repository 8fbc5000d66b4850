import { type Mutation, one } from "./mutation.ts";

const breaker = "lambdas/submit/circuit-breaker.ts";
const waiting = "lambdas/job/waiting.ts";
const lockedAccount = ["test/unit/sweep/locked-account.test.ts"];
const circuitBreaker = ["test/unit/submit/circuit-breaker.test.ts"];

/** Mutations of what happens while the service as a whole waits: a refused account, a pause. */
export const holdMutations: readonly Mutation[] = [
  one("P33", "a paused service sends jobs", breaker, "if (await pause.read()) return {};", "", lockedAccount),
  one(
    "P33",
    "a pause is read once for ever",
    breaker,
    "if (now() >= readAt + SERVICE_STATE_MS) {",
    "if (reading === undefined) {",
    circuitBreaker,
  ),
  one(
    "P33",
    "a refused account is asked again for each job",
    breaker,
    'isDown: (submission) => submission?.outcome === "not_accepted" && isHold(submission.error),',
    "isDown: () => false,",
    lockedAccount,
  ),
  one(
    "P33",
    "overlapping sweeps each probe a refused account",
    breaker,
    "validMs: toProbe ? OUTAGE_PROBE_MS : OUTAGE_SHARED_MS,",
    "validMs: toProbe ? 0 : OUTAGE_SHARED_MS,",
    circuitBreaker,
  ),
  one(
    "P33",
    "a fal that cannot be reached is asked for each job",
    breaker,
    'else if (toProbe && isProbe && submission?.outcome === "not_accepted") {',
    "else if (toProbe && isProbe && submission === null) {",
    circuitBreaker,
  ),
  one(
    "P17",
    "the end of any submission ends the probe",
    breaker,
    "if (isProbe) {\n        probe?.resolve();",
    "{\n        probe?.resolve();",
    circuitBreaker,
  ),
  one(
    "P33",
    "the clock of a waiting job goes on",
    waiting,
    "const moreMs = Math.max(0, Math.min(at - job.held_since, HELD_MAX_MS - held_ms));",
    "const moreMs = 0;",
    lockedAccount,
  ),
  one(
    "P33",
    "the clock of a waiting job stands still for ever",
    waiting,
    "Math.min(at - job.held_since, HELD_MAX_MS - held_ms)",
    "at - job.held_since",
    lockedAccount,
  ),
  one(
    "P33",
    "the clock of a job with a deadline of its own stands still",
    waiting,
    "job.default_deadline && isOpen(job)",
    "isOpen(job)",
    lockedAccount,
  ),
  one(
    "P33",
    "a job that is accepted while the service waits does not say so",
    "lambdas/job/new-job.ts",
    "error: params.waitsFor,",
    "error: undefined,",
    lockedAccount,
  ),
  one(
    "P33",
    "jobs that fal refused back off although it accepts others",
    "lambdas/submit/attempt.ts",
    'code === "endpoint_unknown"',
    'code !== "endpoint_unknown"',
    lockedAccount,
  ),
  one(
    "P33",
    "a sweep goes on after fal's 429",
    "lambdas/sweep/look-after-submission.ts",
    "if (context.submitsNoMore) return {};",
    "",
    lockedAccount,
  ),
  one(
    "P17",
    "workers of the sweep wait for a probe",
    "lambdas/sweep/sweep.ts",
    "if (after) due.postpone(job, after);",
    "if (after) await after.then(() => lookAfter(service, context, job.id));",
    ["test/unit/sweep/slow-app.test.ts"],
  ),
  one(
    "P8",
    "a job that the index lists twice keeps a page from being read",
    "lambdas/sweep/due-in-turn.ts",
    "[...new Set(ids)].filter((id) => !seen.has(id))",
    "ids",
    ["test/unit/sweep/due-in-turn.test.ts"],
  ),
  one(
    "promise 1",
    "a page of due jobs whose rows cannot be read is left out",
    "lambdas/sweep/due-in-turn.ts",
    'return ids.map((id) => ({ id, owner: "" }));',
    "return [];",
    ["test/unit/sweep/due-in-turn.test.ts"],
  ),
];
