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
    ["failed in fal's infrastructure", jobAfter(accepted, failed("infrastructure_failed")), "no"],
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
