import { describe, expect, it } from "vitest";
import type { Submission } from "../../../lambdas/fal/submission.ts";
import type { JobErrorCode } from "../../../lambdas/job/job.ts";
import { openCircuitBreaker as openForAll, type Pass } from "../../../lambdas/submit/circuit-breaker.ts";
import type { FalHealth } from "../../../lambdas/table/fal-health.ts";
import type { Pause } from "../../../lambdas/table/pause.ts";
import { jobError } from "../../support/jobs.ts";

const minuteMs = 60_000;

const OUTAGE: Submission = { outcome: "unknown", isOutage: true, error: jobError };
const LOST: Submission = { outcome: "unknown", isOutage: false, error: jobError };
const ACCEPTED: Submission = { outcome: "accepted", requestId: "req-1" };
const REFUSED: Submission = { outcome: "input_refused", error: jobError };
const BUSY: Submission = notAccepted("fal_busy");
const UNREACHABLE: Submission = notAccepted("fal_unreachable");
const KEYLESS: Submission = notAccepted("fal_key_missing");

function notAccepted(code: JobErrorCode): Submission {
  return { outcome: "not_accepted", error: { ...jobError, code }, retryAfterMs: 0 };
}

const LUCY = "decart/lucy-14b/image-to-video";

type CircuitBreaker = ReturnType<typeof openCircuitBreaker>;

/** An instance's circuit breaker for one endpoint. */
function openCircuitBreaker(...args: Parameters<typeof openForAll>) {
  return oneOf(openForAll(...args), LUCY);
}

function oneOf(all: ReturnType<typeof openForAll>, endpoint: string) {
  const passes: Pass[] = [];
  const enterOnce = async () => {
    const { pass, after } = await all.tryEnter(endpoint);
    if (pass) passes.push(pass);
    return { isIn: pass !== undefined, after };
  };
  return {
    tryEnter: async () => (await enterOnce()).isIn,
    /** Waits for the end of a probe. */
    async enter() {
      for (;;) {
        const { isIn, after } = await enterOnce();
        if (after === undefined) return isIn;
        await after;
      }
    },
    /** Leaves with the first pass that was not left yet. */
    leave: async (submission: Submission | undefined) => passes.shift()?.leave(submission),
  };
}

async function isOpenFor(all: ReturnType<typeof openForAll>, ...endpoints: readonly string[]): Promise<boolean[]> {
  const open: boolean[] = [];
  for (const endpoint of endpoints) open.push((await all.tryEnter(endpoint)).pass !== undefined);
  return open;
}

/** What all instances share: a clock, and the table with an item for each app; `health` is Lucy's. */
function surroundings() {
  const shared = {
    nowMs: 1_000_000,
    health: undefined as FalHealth | undefined,
    account: undefined as FalHealth | undefined,
    pause: undefined as Pause | undefined,
    reads: 0,
    writes: 0,
  };
  const table = {
    readFalHealth: async (app?: string) => {
      shared.reads++;
      if (app === undefined) return shared.account;
      return app === "decart/lucy-14b" ? shared.health : undefined;
    },
    putFalHealth: async (health: FalHealth, app?: string) => {
      shared.writes++;
      if (app === undefined) shared.account = health;
      if (app === "decart/lucy-14b") shared.health = health;
    },
    readPause: async () => {
      shared.reads++;
      return shared.pause;
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

  it("the circuit breaker (P17) lets no second probe through when a submission from before the outage ends", async () => {
    const { shared, around } = surroundings();
    const all = openForAll(around);
    const early = (await all.tryEnter(LUCY)).pass;
    for (let outage = 0; outage < 3; outage++) await (await all.tryEnter(LUCY)).pass?.leave(OUTAGE);
    shared.nowMs += minuteMs;
    const probe = (await all.tryEnter(LUCY)).pass;
    await early?.leave(undefined);
    expect([early === undefined, probe === undefined]).toEqual([false, false]);
    expect((await all.tryEnter(LUCY)).pass).toBeUndefined();
  });
});

describe("an app of fal's that is down", () => {
  const OTHER = "acme/any/image-to-video";

  it("P30: an app of fal's that is down holds back no job of another one, in no instance", async () => {
    const { around } = surroundings();
    const all = openForAll(around);
    await meet(oneOf(all, LUCY), OUTAGE, OUTAGE, OUTAGE);
    expect(await isOpenFor(all, LUCY, OTHER)).toEqual([false, true]);
    const another = openForAll(around);
    expect(await isOpenFor(another, LUCY, OTHER)).toEqual([false, true]);
  });

  it("P17: an app of fal's that is down is noticed, although jobs of another one are accepted in between", async () => {
    const all = openForAll(surroundings().around);
    for (let round = 0; round < 3; round++) {
      await meet(oneOf(all, LUCY), OUTAGE);
      await meet(oneOf(all, OTHER), ACCEPTED);
    }
    expect(await isOpenFor(all, LUCY)).toEqual([false]);
  });

  it("P17: an app of fal's is one, whichever of its endpoints is called", async () => {
    const all = openForAll(surroundings().around);
    await meet(oneOf(all, LUCY), OUTAGE, OUTAGE, OUTAGE);
    expect(await isOpenFor(all, "decart/lucy-14b/text-to-video")).toEqual([false]);
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

  it("A27: submissions that fal answers cost an instance three reads in five seconds, and no write", async () => {
    const { shared, around } = surroundings();
    const instance = openCircuitBreaker(around);
    const entered = await Promise.all([instance.tryEnter(), instance.tryEnter(), instance.tryEnter()]);
    expect(entered).toEqual([true, true, true]);
    await meet(instance, ACCEPTED, REFUSED, BUSY, UNREACHABLE, LOST, ACCEPTED);
    expect([shared.reads, shared.writes]).toEqual([3, 0]);
  });

  it("A27: a table that does not answer leaves each instance to find out for itself", async () => {
    const { around } = surroundings();
    const fails = () => Promise.reject(new Error("the table is down"));
    const instance = openCircuitBreaker({
      ...around,
      table: { readFalHealth: fails, putFalHealth: fails, readPause: fails },
    });
    expect(await countSent(instance, outages)).toBe(3);
  });
});

describe("P33: an account that fal refuses", () => {
  const LOCKED = notAccepted("fal_account_locked");
  const OTHER = "acme/any/image-to-video";

  it("P33: an account that fal refuses costs an instance one submission, and others none, whatever their endpoint", async () => {
    const { around } = surroundings();
    const [first, another] = [openForAll(around), openForAll(around)];
    expect(await countSent(oneOf(first, LUCY), Array<Submission>(10).fill(LOCKED))).toBe(1);
    expect(await isOpenFor(first, OTHER)).toEqual([false]);
    expect(await isOpenFor(another, LUCY, OTHER)).toEqual([false, false]);
    expect(another.reason(OTHER)).toMatchObject({ code: "fal_account_locked", retryable: true });
  });

  it("P33: an account that fal refuses is probed once by each sweep, by one job of one endpoint", async () => {
    const { shared, around } = surroundings();
    await meet(oneOf(openForAll(around), LUCY), LOCKED);
    for (let sweeps = 0; sweeps < 5; sweeps++) {
      shared.nowMs += minuteMs;
      const all = openForAll(around, true);
      const [lucy, other] = [oneOf(all, LUCY), oneOf(all, OTHER)];
      const entered = lucy.enter();
      const behind = [lucy.enter(), other.enter()];
      expect(await entered).toBe(true);
      await lucy.leave(LOCKED);
      expect(await Promise.all(behind)).toEqual([false, false]);
      // Another sweep, at the same time.
      expect(await isOpenFor(openForAll(around, true), OTHER)).toEqual([false]);
      expect(await isOpenFor(openForAll(around), LUCY)).toEqual([false]);
    }
  });

  it("P33: an account that fal accepts again lets all jobs pass, in this sweep and in every instance five seconds later", async () => {
    const { shared, around } = surroundings();
    const instance = openForAll(around);
    await meet(oneOf(instance, LUCY), LOCKED);
    shared.nowMs += minuteMs;
    const sweep = openForAll(around, true);
    await meet(oneOf(sweep, LUCY), ACCEPTED);
    expect(await isOpenFor(sweep, LUCY, LUCY)).toEqual([true, true]);
    shared.nowMs += 5_000;
    expect(await isOpenFor(instance, LUCY, OTHER)).toEqual([true, true]);
    expect(instance.reason(LUCY)).toBeUndefined();
  });

  it("P33: a fal that a sweep cannot reach is asked once by it", async () => {
    const sweep = openForAll(surroundings().around, true);
    expect(await countSent(oneOf(sweep, LUCY), Array<Submission>(10).fill(UNREACHABLE))).toBe(1);
    expect(sweep.reason(LUCY)).toMatchObject({ code: "fal_unreachable" });
  });

  it("P33: a sweep that sends jobs writes nothing about an account that nobody found refused", async () => {
    const { shared, around } = surroundings();
    await meet(oneOf(openForAll(around, true), LUCY), ACCEPTED);
    expect(shared.account).toBeUndefined();
  });
});

describe("P33: a service that the operator paused", () => {
  it("P33: a service that the operator paused sends nothing, not even a probe, until it is resumed", async () => {
    const { shared, around } = surroundings();
    const [instance, sweep] = [openForAll(around), openForAll(around, true)];
    expect(await isOpenFor(instance, LUCY)).toEqual([true]);
    shared.pause = { since: shared.nowMs };
    expect(await isOpenFor(sweep, LUCY)).toEqual([false]);
    expect(sweep.reason(LUCY)).toMatchObject({ code: "service_paused" });
    // It relies on what it read for five seconds.
    expect(await isOpenFor(instance, LUCY)).toEqual([true]);
    shared.nowMs += 5_000;
    expect(await isOpenFor(instance, LUCY)).toEqual([false]);
    shared.pause = undefined;
    shared.nowMs += 5_000;
    expect(await isOpenFor(instance, LUCY)).toEqual([true]);
    expect(instance.reason(LUCY)).toBeUndefined();
  });
});
