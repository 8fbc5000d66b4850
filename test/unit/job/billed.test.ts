import { describe, expect, it } from "vitest";
import { billedOf } from "../../../lambdas/job/billed.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import type { Job, JobError } from "../../../lambdas/job/job.ts";
import { BIRTH_MS as at, become, birth, jobResult } from "../../support/jobs.ts";

const by = "sweep" as const;
const error = (code: JobError["code"], fal_status?: number): JobError => ({
  code,
  message: "",
  retryable: true,
  fal_status,
});
/** A failure of fal's infrastructure that a webhook reports, which may not say the status. */
const broken = (error_type: string, retryable: boolean, fal_status?: number): JobEvent => ({
  at,
  by,
  type: "failed",
  error: { ...error("infrastructure_failed", fal_status), error_type, retryable },
});
const accepted: JobEvent = { at, by, type: "accepted", requestId: "req-1" };
const succeeded: JobEvent = { at, by, type: "succeeded", result: jobResult };
const failed = (code: JobError["code"], status?: number): JobEvent => ({
  at,
  by,
  type: "failed",
  error: error(code, status),
});
const refused: JobEvent = { at, by, type: "not_accepted", attempt: 1, error: error("fal_busy"), backoffMs: 1 };
const unknown: JobEvent = { at, by, type: "unknown", attempt: 1, error: error("submission_unconfirmed") };
const cancelRequested: JobEvent = { at, by: "cancel", type: "cancel_requested" };
const canceled: JobEvent = { at, by, type: "canceled" };
const late = (code: JobError["code"]): JobEvent => ({ at, by, type: "deadline_passed", error: error(code) });

const jobAfter = (...events: JobEvent[]): Job => become(birth(), ...events);

describe("whether fal bills a job", () => {
  it.each([
    ["is open", jobAfter(accepted), undefined],
    ["succeeded", jobAfter(accepted, succeeded), "yes"],
    [
      "succeeded, and fal reports that it bills nothing",
      jobAfter(accepted, { ...succeeded, billed: { billable_units: 0, actual_usd: 0 } }),
      "no",
    ],
    ["expired, and whose result came late", jobAfter(accepted, late("deadline_exceeded"), succeeded), "yes"],
    ["failed in fal's infrastructure", jobAfter(accepted, broken("runner_disconnected", true)), "no"],
    ["failed in fal's infrastructure with a 503", jobAfter(accepted, broken("runner_disconnected", true, 503)), "no"],
    [
      "fal stopped with a 499, because its client left",
      jobAfter(accepted, broken("client_disconnected", false, 499)),
      "unknown",
    ],
    ["fal stopped because its client left", jobAfter(accepted, broken("client_disconnected", false)), "unknown"],
    ["was canceled at fal by somebody else", jobAfter(accepted, canceled), "unknown"],
    ["failed with a 500 of the model", jobAfter(accepted, failed("generation_failed", 500)), "no"],
    ["failed with a 422 of the model", jobAfter(accepted, failed("content_policy_violation", 422)), "unknown"],
    ["failed for a reason that fal does not say", jobAfter(accepted, failed("generation_failed")), "unknown"],
    [
      "was refused at submission",
      jobAfter({ at, by, type: "input_refused", attempt: 1, error: error("input_refused", 422) }),
      "no",
    ],
    ["expired before fal accepted it", jobAfter(refused, late("deadline_exceeded")), "no"],
    ["was canceled before it was sent", become(birth({ attempt: false }), cancelRequested), "no"],
    [
      "was canceled and that fal never started",
      jobAfter(accepted, cancelRequested, {
        at,
        by,
        type: "start_timed_out",
        error: error("start_timeout"),
        backoffMs: 1,
      }),
      "no",
    ],
    [
      "failed, and that fal has billed at no cost",
      jobAfter(accepted, failed("content_policy_violation", 422), {
        at,
        by: "operator",
        type: "bill_read",
        billed: { billable_units: 5, actual_usd: 0 },
      }),
      "yes",
    ],
    ["was canceled at fal", jobAfter(accepted, cancelRequested, canceled), "unknown"],
    ["expired at fal", jobAfter(accepted, late("deadline_exceeded")), "unknown"],
    [
      "is unconfirmed",
      jobAfter(unknown, { at, by, type: "window_passed", error: error("submission_unconfirmed") }),
      "unknown",
    ],
  ] as const)("whether fal bills a job that %s", (_what, job, billed) => {
    expect(billedOf(job)).toBe(billed);
  });
});
