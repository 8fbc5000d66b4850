import { describe, expect, it } from "vitest";
import type { Submission } from "../../../lambdas/fal/submission.ts";
import { openCircuitBreaker as openForAll } from "../../../lambdas/submit/circuit-breaker.ts";
import type { FalHealth } from "../../../lambdas/table/fal-health.ts";
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

const LUCY = "decart/lucy-14b/image-to-video";

type CircuitBreaker = ReturnType<typeof openCircuitBreaker>;

/** An instance's circuit breaker for one endpoint. */
function openCircuitBreaker(...args: Parameters<typeof openForAll>) {
  return oneOf(openForAll(...args), LUCY);
}

function oneOf(all: ReturnType<typeof openForAll>, endpoint: string) {
  return {
    tryEnter: () => all.tryEnter(endpoint),
    enter: () => all.enter(endpoint),
    leave: (submission: Submission | undefined) => all.leave(endpoint, submission),
  };
}

/** What all instances share: a clock, and the table with an item for each app; `health` is Lucy's. */
function surroundings() {
  const shared = { nowMs: 1_000_000, health: undefined as FalHealth | undefined, reads: 0, writes: 0 };
  const table = {
    readFalHealth: async (app: string) => {
      shared.reads++;
      return app === "decart/lucy-14b" ? shared.health : undefined;
    },
    putFalHealth: async (app: string, health: FalHealth) => {
      shared.writes++;
      if (app === "decart/lucy-14b") shared.health = health;
    },
  };
  return { shared, around: { table, now: () => shared.nowMs } };
}

async function meet(breaker: CircuitBreaker, ...submissions: readonly (Submission | undefined)[]) {
  for (const submission of submissions) if (await breaker.tryEnter()) await breaker.leave(submission);
}

/** How many of these submissions a breaker lets through. */
async function countSent(breaker: CircuitBreaker, submissions: readonly Submission[]): Promise<number> {
  let sent = 0;
  for (const submission of submissions) {
    if (!(await breaker.tryEnter())) continue;
    sent++;
    await breaker.leave(submission);
  }
  return sent;
}

async function tries(breaker: CircuitBreaker, count: number): Promise<boolean[]> {
  const entered: boolean[] = [];
  for (let each = 0; each < count; each++) entered.push(await breaker.tryEnter());
  return entered;
}

/** A circuit breaker after these submissions, and its clock. */
async function breakerAfter(submissions: readonly (Submission | undefined)[], toProbe = false) {
  const { shared: clock, around } = surroundings();
  const breaker = openCircuitBreaker(around, toProbe);
  await meet(breaker, ...submissions);
  return { clock, breaker };
}

describe("the circuit breaker (P17)", async () => {
  it("the circuit breaker (P17) lets everything through while fal answers, without a limit on concurrency", async () => {
    const { breaker } = await breakerAfter([ACCEPTED, REFUSED, BUSY]);
    expect(await tries(breaker, 3)).toEqual([true, true, true]);
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
  ])("the circuit breaker (P17) after %s lets another through: %s", async (_, submissions, expected) => {
    expect(await (await breakerAfter(submissions)).breaker.tryEnter()).toBe(expected);
  });

  it("the circuit breaker (P17) stays open for a minute, then lets one probe through at a time", async () => {
    const { clock, breaker } = await breakerAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs - 1;
    expect(await breaker.tryEnter()).toBe(false);
    clock.nowMs += 1;
    expect(await tries(breaker, 3)).toEqual([true, false, false]);
  });

  it("the circuit breaker (P17) closes once a probe is answered, and opens again when it is not", async () => {
    const { clock, breaker } = await breakerAfter([OUTAGE, OUTAGE, OUTAGE]);
    clock.nowMs += minuteMs;
    await breaker.tryEnter();
    await breaker.leave(OUTAGE);
    expect(await breaker.tryEnter()).toBe(false);
    clock.nowMs += minuteMs;
    await breaker.tryEnter();
    await breaker.leave(ACCEPTED);
    expect(await tries(breaker, 2)).toEqual([true, true]);
  });

  it("the circuit breaker (P17) that is half-open makes all others wait for the first outcome and then go", async () => {
    const { breaker } = await breakerAfter([], true);
    expect(await breaker.enter()).toBe(true);
    const others = [breaker.enter(), breaker.enter(), breaker.enter()];
    await breaker.leave(ACCEPTED);
    expect(await Promise.all(others)).toEqual([true, true, true]);
  });

  it("the circuit breaker (P17) that is half-open rejects all others when the first outcome is an outage", async () => {
    const { breaker } = await breakerAfter([], true);
    await breaker.enter();
    const others = [breaker.enter(), breaker.enter()];
    await breaker.leave(OUTAGE);
    expect(await Promise.all(others)).toEqual([false, false]);
  });

  it("the circuit breaker (P17) that is half-open sends the next probe when the first has no outcome", async () => {
    const { breaker } = await breakerAfter([], true);
    await breaker.enter();
    const [second, third] = [breaker.enter(), breaker.enter()];
    await breaker.leave(undefined);
    expect(await second).toBe(true);
    await breaker.leave(ACCEPTED);
    expect(await third).toBe(true);
  });
});

describe("an app of fal's that is down", () => {
  const OTHER = "acme/any/image-to-video";

  it("P30: an app of fal's that is down holds back no job of another one, in no instance", async () => {
    const { around } = surroundings();
    const all = openForAll(around);
    await meet(oneOf(all, LUCY), OUTAGE, OUTAGE, OUTAGE);
    expect([await all.tryEnter(LUCY), await all.tryEnter(OTHER)]).toEqual([false, true]);
    const another = openForAll(around);
    expect([await another.tryEnter(LUCY), await another.tryEnter(OTHER)]).toEqual([false, true]);
  });

  it("P17: an app of fal's that is down is noticed, although jobs of another one are accepted in between", async () => {
    const all = openForAll(surroundings().around);
    for (let round = 0; round < 3; round++) {
      await meet(oneOf(all, LUCY), OUTAGE);
      await meet(oneOf(all, OTHER), ACCEPTED);
    }
    expect(await all.tryEnter(LUCY)).toBe(false);
  });

  it("P17: an app of fal's is one, whichever of its endpoints is called", async () => {
    const all = openForAll(surroundings().around);
    await meet(oneOf(all, LUCY), OUTAGE, OUTAGE, OUTAGE);
    expect(await all.tryEnter("decart/lucy-14b/text-to-video")).toBe(false);
  });
});

describe("circuit breakers of several instances (A27)", () => {
  const outages = Array<Submission>(10).fill(OUTAGE);

  it("A27: an outage costs one instance three submissions, a busy one one, and a new one none", async () => {
    const { around } = surroundings();
    const [first, busy] = [openCircuitBreaker(around), openCircuitBreaker(around)];
    await meet(busy, ACCEPTED);
    expect(await countSent(first, outages)).toBe(3);
    expect(await countSent(busy, outages)).toBe(1);
    expect(await countSent(openCircuitBreaker(around), outages)).toBe(0);
  });

  it("A27: an outage that the sweep met holds back other instances until the next sweep, and its end opens them", async () => {
    const { shared, around } = surroundings();
    const instance = openCircuitBreaker(around);
    await meet(openCircuitBreaker(around, true), OUTAGE);
    expect(await instance.tryEnter()).toBe(false);
    shared.nowMs += minuteMs;
    await meet(openCircuitBreaker(around, true), OUTAGE);
    shared.nowMs += minuteMs;
    expect(await instance.tryEnter()).toBe(false);
    await meet(openCircuitBreaker(around, true), ACCEPTED);
    expect(await tries(instance, 3)).toEqual([true, true, true]);
  });

  it("A27: the sweep probes whatever another instance found", async () => {
    const { around } = surroundings();
    await meet(openCircuitBreaker(around), OUTAGE, OUTAGE, OUTAGE);
    expect(await openCircuitBreaker(around, true).tryEnter()).toBe(true);
  });

  it("A27: an old finding holds back nothing, and one that is older than the own outage changes nothing", async () => {
    const { shared, around } = surroundings();
    shared.health = { is_down: true, at: shared.nowMs - 2 * minuteMs };
    expect(await tries(openCircuitBreaker(around), 3)).toEqual([true, true, true]);
    shared.health = { is_down: false, at: shared.nowMs - 1 };
    const instance = openCircuitBreaker(around);
    await meet(instance, OUTAGE, OUTAGE);
    shared.health = { is_down: false, at: shared.nowMs - 1 };
    await meet(instance, OUTAGE);
    expect(await instance.tryEnter()).toBe(false);
  });

  it("A27: submissions that fal answers cost an instance one read in all, and no write", async () => {
    const { shared, around } = surroundings();
    const instance = openCircuitBreaker(around);
    const entered = await Promise.all([instance.tryEnter(), instance.tryEnter(), instance.tryEnter()]);
    expect(entered).toEqual([true, true, true]);
    await meet(instance, ACCEPTED, REFUSED, BUSY, UNREACHABLE, LOST, ACCEPTED);
    expect([shared.reads, shared.writes]).toEqual([1, 0]);
  });

  it("A27: a table that does not answer leaves each instance to find out for itself", async () => {
    const { around } = surroundings();
    const fails = () => Promise.reject(new Error("the table is down"));
    const instance = openCircuitBreaker({ ...around, table: { readFalHealth: fails, putFalHealth: fails } });
    expect(await countSent(instance, outages)).toBe(3);
  });
});
