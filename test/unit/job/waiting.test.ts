import { describe, expect, it } from "vitest";
import type { Job, JobErrorCode } from "../../../lambdas/job/job.ts";
import { JOB_ERROR_CODES } from "../../../lambdas/job/job.ts";
import { onTime, WAITS, waitOf } from "../../../lambdas/job/waiting.ts";
import { HELD_MAX_MS } from "../../../lambdas/limits.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";

const hourMs = 3_600_000;
const LOCKED = { ...jobError, code: "fal_account_locked" } as const;
const BUSY = { ...jobError, code: "fal_busy" } as const;

/** A job that fal refused at a time, because its account is locked. */
function refused(at: number, change: Partial<Job> = {}, error: Job["error"] = LOCKED): Job {
  const job = { ...birth(), default_deadline: true, ...change };
  return become(job, { at, by: "submit", type: "not_accepted", attempt: 1, error: error ?? LOCKED, backoffMs: 0 });
}

const started = (at: number) =>
  ({ at, by: "sweep", type: "attempt_started", bodyDigest: "d", tokenHash: "h", lookAt: at + 1 }) as const;
const accepted = (at: number) => ({ at, by: "sweep", type: "accepted", requestId: "req-1" }) as const;

describe("P33: what an open job waits for", () => {
  it("P33: what an open job waits for is told for each code that an open job may have, and never after the end", () => {
    const waits = JOB_ERROR_CODES.map((code) => waitOf({ status: "submitting", error: { ...jobError, code } }));
    expect(new Set(waits)).toEqual(new Set([...WAITS, undefined]));
    expect(waitOf({ status: "failed", error: LOCKED })).toBeUndefined();
    expect(waitOf({ status: "queued" })).toBeUndefined();
  });

  it("P33: what an open job waits for is recorded once, whatever sweeps find again and again", () => {
    const waiting = { at: BIRTH_MS + 5, by: "sweep", type: "waiting", error: LOCKED } as const;
    const job = become({ ...birth({ attempt: false }), default_deadline: true }, waiting);
    expect(job).toMatchObject({ status: "submitting", error: LOCKED, due_at: BIRTH_MS, held_since: BIRTH_MS + 5 });
    expect(become(job, waiting)).toBe(job);
  });
});

describe("P33: the clock of a job without a deadline of its own", () => {
  it.each<[JobErrorCode, boolean]>([
    ["fal_account_locked", true],
    ["fal_balance_exhausted", true],
    ["fal_key_refused", true],
    ["fal_key_missing", true],
    ["service_paused", true],
    ["fal_busy", false],
    ["fal_unreachable", false],
    ["endpoint_unknown", false],
  ])("P33: the clock while a job waits for %s stands still: %s", (code, isHeld) => {
    const job = refused(BIRTH_MS, {}, { ...jobError, code });
    expect(onTime(job, BIRTH_MS + hourMs).deadline_at - job.deadline_at).toBe(isHeld ? hourMs : 0);
  });

  it("P33: the clock goes on once fal has accepted the job, and the time of the wait is added", () => {
    const job = refused(BIRTH_MS);
    const later = BIRTH_MS + 6 * hourMs;
    const atFal = become(job, started(later), accepted(later + 100));
    expect(atFal.deadline_at).toBe(job.deadline_at + 6 * hourMs + 100);
    expect(onTime(atFal, later + hourMs)).toBe(atFal);
  });

  it("P33: the clock goes on when another reason follows, and several waits add up", () => {
    const steps = [LOCKED, BUSY, LOCKED];
    let job = refused(BIRTH_MS);
    for (const [index, error] of steps.entries()) {
      const at = BIRTH_MS + (index + 1) * hourMs;
      const number = (job.attempt?.number ?? 0) + 1;
      job = become(job, started(at), { at, by: "sweep", type: "not_accepted", attempt: number, error, backoffMs: 0 });
    }
    expect(onTime(job, BIRTH_MS + 4 * hourMs).held_ms).toBe(3 * hourMs);
  });

  it("P33: the clock stands still for 24 hours at most", () => {
    const job = refused(BIRTH_MS);
    const later = onTime(job, BIRTH_MS + HELD_MAX_MS + hourMs);
    expect(later.deadline_at).toBe(job.deadline_at + HELD_MAX_MS);
    expect(onTime(later, BIRTH_MS + 3 * HELD_MAX_MS).deadline_at).toBe(later.deadline_at);
  });

  it("P33: the clock of a job with a deadline of its own goes on", () => {
    const job = refused(BIRTH_MS, { default_deadline: undefined });
    expect(onTime(job, BIRTH_MS + hourMs)).toBe(job);
  });

  it("P33: the clock stands still while fal refuses to tell the status of a job, until it tells it again", () => {
    const at = BIRTH_MS + hourMs;
    const job = become({ ...birth(), default_deadline: true }, accepted(BIRTH_MS));
    const silent = become(job, { at, by: "sweep", type: "looked", lookAt: at + 60_000, error: LOCKED });
    const told = become(silent, { at: at + hourMs, by: "sweep", type: "looked", lookAt: at + 2 * hourMs });
    expect(told).toMatchObject({ deadline_at: job.deadline_at + hourMs, held_since: undefined, error: undefined });
  });
});
