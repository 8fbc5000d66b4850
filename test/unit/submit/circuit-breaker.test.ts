import { describe, expect, it } from "vitest";
import type { Submission } from "../../../lambdas/fal/submission.ts";
import { openCircuitBreaker } from "../../../lambdas/submit/circuit-breaker.ts";
import { jobError } from "../../support/jobs.ts";

const minuteMs = 60_000;

const OUTAGE: Submission = { outcome: "unknown", isOutage: true, error: jobError };
const LOST: Submission = { outcome: "unknown", isOutage: false, error: jobError };
const ACCEPTED: Submission = { outcome: "accepted", requestId: "req-1" };
const REFUSED: Submission = { outcome: "input_refused", error: jobError };
const BUSY: Submission = notAccepted("fal_busy");
const UNREACHABLE: Submission = notAccepted("fal_unreachable");
const KEYLESS: Submission = notAccepted("fal_key_missing");

function notAccepted(code: "fal_busy" | "fal_unreachable" | "fal_key_missing"): Submission {
  return { outcome: "not_accepted", error: { ...jobError, code }, retryAfterMs: 0, operatorTrouble: false };
}

/** A circuit breaker after these submissions, and its clock. */
function breakerAfter(submissions: readonly (Submission | undefined)[], toProbe = false) {
  const clock = { nowMs: 1_000_000 };
  const breaker = openCircuitBreaker(() => clock.nowMs, toProbe);
  for (const submission of submissions) if (breaker.tryEnter()) breaker.leave(submission);
  return { clock, breaker };
}

describe("the circuit breaker (P17)", () => {
  it("the circuit breaker (P17) lets everything through while fal answers, without a limit on concurrency", () => {
    const { breaker } = breakerAfter([ACCEPTED, REFUSED, BUSY]);
    expect([breaker.tryEnter(), breaker.tryEnter(), breaker.tryEnter()]).toEqual([true, true, true]);
  });

  it.each([
    ["two answers of 503", [OUTAGE, OUTAGE], true],
    ["three of them in a row", [OUTAGE, OUTAGE, OUTAGE], false],
    ["three with an acceptance between", [OUTAGE, OUTAGE, ACCEPTED, OUTAGE], true],
    ["three with a refusal between", [OUTAGE, OUTAGE, BUSY, OUTAGE], true],
    ["three with a lost answer between, which does not count", [OUTAGE, OUTAGE, LOST, OUTAGE], false],
    ["three with no connection between, which does not count", [OUTAGE, OUTAGE, UNREACHABLE, OUTAGE], false],
    ["three with no key between, which does not count", [OUTAGE, OUTAGE, KEYLESS, OUTAGE], false],
    ["three with a POST between that was not made", [OUTAGE, OUTAGE, undefined, OUTAGE], false],
    ["many lost answers", [LOST, LOST, LOST, LOST, LOST], true],
  ])("the circuit breaker (P17) after %s lets another through: %s", (_, submissions, expected) => {
    expect(breakerAfter(submissions).breaker.tryEnter()).toBe(expected);
  });

  it("the circuit breaker (P17) stays open for a minute, then lets one probe through at a time", () => {
    const { clock, breaker } = breakerAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs - 1;
    expect(breaker.tryEnter()).toBe(false);
    clock.nowMs += 1;
    expect([breaker.tryEnter(), breaker.tryEnter(), breaker.tryEnter()]).toEqual([true, false, false]);
  });

  it("the circuit breaker (P17) closes once a probe is answered, and opens again when it is not", () => {
    const { clock, breaker } = breakerAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs;
    breaker.tryEnter();
    breaker.leave(OUTAGE);
    expect(breaker.tryEnter()).toBe(false);
    clock.nowMs += minuteMs;
    breaker.tryEnter();
    breaker.leave(ACCEPTED);
    expect([breaker.tryEnter(), breaker.tryEnter()]).toEqual([true, true]);
  });

  it("the circuit breaker (P17) that is half-open makes all others wait for the first outcome and then go", async () => {
    const { breaker } = breakerAfter([], true);
    expect(await breaker.enter()).toBe(true);
    const others = [breaker.enter(), breaker.enter(), breaker.enter()];
    breaker.leave(ACCEPTED);
    expect(await Promise.all(others)).toEqual([true, true, true]);
  });

  it("the circuit breaker (P17) that is half-open rejects all others when the first outcome is an outage", async () => {
    const { breaker } = breakerAfter([], true);
    await breaker.enter();
    const others = [breaker.enter(), breaker.enter()];
    breaker.leave(OUTAGE);
    expect(await Promise.all(others)).toEqual([false, false]);
  });

  it("the circuit breaker (P17) that is half-open sends the next probe when the first has no outcome", async () => {
    const { breaker } = breakerAfter([], true);
    await breaker.enter();
    const [second, third] = [breaker.enter(), breaker.enter()];
    breaker.leave(undefined);
    expect(await second).toBe(true);
    breaker.leave(ACCEPTED);
    expect(await third).toBe(true);
  });
});
