import { describe, expect, it } from "vitest";
import type { Submission } from "../../../lambdas/fal/submission.ts";
import { openGate } from "../../../lambdas/submit/circuit-breaker.ts";
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

/** A gate after these submissions, and the hand on its clock. */
function gateAfter(submissions: readonly (Submission | undefined)[], toProbe = false) {
  const clock = { nowMs: 1_000_000 };
  const gate = openGate(() => clock.nowMs, toProbe);
  for (const submission of submissions) if (gate.tryEnter()) gate.leave(submission);
  return { clock, gate };
}

describe("the gate (P17)", () => {
  it("lets everything through while fal answers, as many at once as there are", () => {
    const { gate } = gateAfter([ACCEPTED, REFUSED, BUSY]);
    expect([gate.tryEnter(), gate.tryEnter(), gate.tryEnter()]).toEqual([true, true, true]);
  });

  it.each([
    ["two answers of 503", [OUTAGE, OUTAGE], true],
    ["three of them in a row", [OUTAGE, OUTAGE, OUTAGE], false],
    ["three with an acceptance between", [OUTAGE, OUTAGE, ACCEPTED, OUTAGE], true],
    ["three with a refusal between", [OUTAGE, OUTAGE, BUSY, OUTAGE], true],
    ["three with a lost answer between, which says nothing", [OUTAGE, OUTAGE, LOST, OUTAGE], false],
    ["three with no connection between, which says nothing", [OUTAGE, OUTAGE, UNREACHABLE, OUTAGE], false],
    ["three with no key between, which says nothing", [OUTAGE, OUTAGE, KEYLESS, OUTAGE], false],
    ["three with a POST between that was not made", [OUTAGE, OUTAGE, undefined, OUTAGE], false],
    ["many lost answers", [LOST, LOST, LOST, LOST, LOST], true],
  ])("after %s lets another through: %s", (_, submissions, expected) => {
    expect(gateAfter(submissions).gate.tryEnter()).toBe(expected);
  });

  it("stays shut for a minute, then lets one probe through at a time", () => {
    const { clock, gate } = gateAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs - 1;
    expect(gate.tryEnter()).toBe(false);
    clock.nowMs += 1;
    expect([gate.tryEnter(), gate.tryEnter(), gate.tryEnter()]).toEqual([true, false, false]);
  });

  it("opens for all once a probe is answered, and shuts again when it is not", () => {
    const { clock, gate } = gateAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs;
    gate.tryEnter();
    gate.leave(OUTAGE);
    expect(gate.tryEnter()).toBe(false);
    clock.nowMs += minuteMs;
    gate.tryEnter();
    gate.leave(ACCEPTED);
    expect([gate.tryEnter(), gate.tryEnter()]).toEqual([true, true]);
  });

  it("opened to probe, has everybody wait for the first outcome and then go", async () => {
    const { gate } = gateAfter([], true);
    expect(await gate.enter()).toBe(true);
    const others = [gate.enter(), gate.enter(), gate.enter()];
    gate.leave(ACCEPTED);
    expect(await Promise.all(others)).toEqual([true, true, true]);
  });

  it("opened to probe, turns everybody away when the first outcome is an outage", async () => {
    const { gate } = gateAfter([], true);
    await gate.enter();
    const others = [gate.enter(), gate.enter()];
    gate.leave(OUTAGE);
    expect(await Promise.all(others)).toEqual([false, false]);
  });

  it("opened to probe, sends the next probe when the first came to nothing", async () => {
    const { gate } = gateAfter([], true);
    await gate.enter();
    const [second, third] = [gate.enter(), gate.enter()];
    gate.leave(undefined);
    expect(await second).toBe(true);
    gate.leave(ACCEPTED);
    expect(await third).toBe(true);
  });
});
