import { describe, expect, it } from "vitest";
import { earliestDue } from "../../../lambdas/job/due.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { isOpen, type Job, type Status } from "../../../lambdas/job/job.ts";
import { transition } from "../../../lambdas/job/transition.ts";
import { BIRTH_MS, become, birth, jobError, jobResult, policy } from "../../support/jobs.ts";

const at = BIRTH_MS + 10_000;
const EVENTS = {
  attempt_started: { at, by: "sweep", type: "attempt_started", bodyDigest: "d2", tokenHash: "h2", lookAt: at + 30_000 },
  accepted: { at, by: "submit", type: "accepted", requestId: "req-1" },
  not_accepted: { at, by: "submit", type: "not_accepted", attempt: 1, error: jobError, backoffMs: 5_000 },
  input_refused: { at, by: "submit", type: "input_refused", attempt: 1, error: jobError },
  unknown: { at, by: "submit", type: "unknown", attempt: 1, error: jobError },
  confirmed: { at, by: "webhook", type: "confirmed", requestId: "req-1" },
  adopted: { at, by: "sweep", type: "adopted", requestId: "req-1" },
  start_timed_out: { at, by: "sweep", type: "start_timed_out", error: jobError, backoffMs: 5_000 },
  claimed: { at, by: "sweep", type: "claimed", lookAt: at + 100_000 },
  looked: { at, by: "sweep", type: "looked", lookAt: at + 90_000, isRunning: true },
  waiting: { at, by: "sweep", type: "waiting", error: { ...jobError, code: "service_paused" } },
  check_requested: { at, by: "read", type: "check_requested" },
  start_seen: { at, by: "read", type: "start_seen" },
  nothing_left: { at, by: "sweep", type: "nothing_left" },
  cancel_requested: { at, by: "cancel", type: "cancel_requested" },
  cancel_answered: { at, by: "cancel", type: "cancel_answered", answer: "acknowledged" },
  succeeded: { at, by: "webhook", type: "succeeded", requestId: "req-1", result: jobResult },
  failed: { at, by: "webhook", type: "failed", requestId: "req-1", error: jobError },
  canceled: { at, by: "sweep", type: "canceled", requestId: "req-1", error: jobError },
  inline_claimed: { at, by: "webhook", type: "inline_claimed" },
  inline_failed: { at, by: "webhook", type: "inline_failed" },
  window_passed: { at, by: "sweep", type: "window_passed", error: jobError },
  deadline_passed: { at, by: "sweep", type: "deadline_passed", error: jobError },
  archive_claimed: { at, by: "archive", type: "archive_claimed", lookAt: at + 100_000 },
  archive_failed: { at, by: "archive", type: "archive_failed", lease: at, retryAt: at + 5_000 },
  archived: { at, by: "archive", type: "archived", videoKey: "videos/a/b.mp4", file: { file_size: 7, sha256: "5f" } },
  archive_abandoned: { at, by: "archive", type: "archive_abandoned" },
  archive_requested: { at, by: "operator", type: "archive_requested" },
  bill_read: { at, by: "operator", type: "bill_read", billed: { billable_units: 5, actual_usd: 0.4 } },
  delivery_claimed: { at, by: "deliver", type: "delivery_claimed", lookAt: at + 100_000, body: "packed" },
  delivery_attempted: {
    at,
    by: "deliver",
    type: "delivery_attempted",
    lease: at + 100_000,
    isPublished: true,
    ended: "delivered",
    retryAt: undefined,
  },
  redelivery_requested: { at, by: "redeliver", type: "redelivery_requested" },
} as const satisfies { readonly [T in JobEvent["type"]]: JobEvent & { readonly type: T } };

const fresh: Job = { ...birth(), callback_url: "https://example.com/hook" };
const queued = become(fresh, EVENTS.accepted);
const STATES = {
  unsent: birth({ attempt: false }),
  under_way: fresh,
  refused: become(fresh, EVENTS.not_accepted),
  unknown: become(fresh, EVENTS.unknown),
  queued,
  running: become(queued, EVENTS.looked),
  succeeded: become(queued, EVENTS.succeeded),
  failed: become(queued, EVENTS.failed),
  canceled: become(queued, EVENTS.cancel_requested, EVENTS.canceled),
  expired: become(queued, EVENTS.deadline_passed),
  telling: become(queued, EVENTS.failed, EVENTS.delivery_claimed),
  told: become(queued, EVENTS.failed, EVENTS.delivery_claimed, EVENTS.delivery_attempted),
} as const;

type State = keyof typeof STATES;
type Name = keyof typeof EVENTS;

type Cell = Status | "=";

/** A cancellation that nobody asked for is a failure (P34). */
const OUTCOMES = { succeeded: "succeeded", failed: "failed", canceled: "failed" } as const;
const UNSENT = {
  ...OUTCOMES,
  waiting: "submitting",
  attempt_started: "submitting",
  accepted: "queued",
  confirmed: "queued",
  claimed: "submitting",
  looked: "submitting",
  check_requested: "submitting",
  cancel_requested: "canceled",
  cancel_answered: "submitting",
  inline_claimed: "submitting",
  deadline_passed: "expired",
} as const;
const SENT = {
  ...OUTCOMES,
  accepted: "queued",
  confirmed: "queued",
  adopted: "queued",
  claimed: "submitting",
  looked: "submitting",
  check_requested: "submitting",
  cancel_requested: "submitting",
  cancel_answered: "submitting",
  inline_claimed: "submitting",
  window_passed: "failed",
  deadline_passed: "failed",
} as const;
const AT_FAL = { ...OUTCOMES, start_timed_out: "submitting", looked: "running", deadline_passed: "expired" } as const;

/** A result that comes after a settlement is stored, too. */
const late = <S extends Status>(status: S) => ({ succeeded: status, inline_claimed: status });

/** The next state for each event; an event that is not listed changes nothing, and returns the same object. */
const EXPECTED: { readonly [S in State]: { readonly [N in Name]?: Cell } } = {
  unsent: UNSENT,
  refused: UNSENT,
  under_way: { ...SENT, not_accepted: "submitting", input_refused: "failed", unknown: "submitting" },
  unknown: { ...SENT, not_accepted: "submitting", input_refused: "failed" },
  queued: {
    ...AT_FAL,
    confirmed: "queued",
    claimed: "queued",
    check_requested: "queued",
    start_seen: "running",
    cancel_requested: "queued",
    cancel_answered: "queued",
    inline_claimed: "queued",
  },
  running: {
    ...AT_FAL,
    confirmed: "running",
    claimed: "running",
    check_requested: "running",
    cancel_requested: "running",
    cancel_answered: "running",
    inline_claimed: "running",
  },
  succeeded: {
    ...settled("succeeded"),
    archive_claimed: "succeeded",
    archive_failed: "succeeded",
    archived: "succeeded",
    archive_abandoned: "succeeded",
    archive_requested: "succeeded",
  },
  failed: { ...settled("failed"), ...late("failed") },
  canceled: { ...settled("canceled"), ...late("canceled") },
  expired: { ...settled("expired"), ...late("expired") },
  telling: { ...settled("failed"), ...late("failed"), delivery_attempted: "failed", redelivery_requested: "failed" },
  told: { ...settled("failed"), ...late("failed"), delivery_claimed: "=", redelivery_requested: "failed" },
};

/** A settled job keeps its status; it is still checked, archived and delivered. */
function settled(status: Status) {
  const checked = { claimed: status, nothing_left: status, cancel_answered: status } as const;
  return { ...checked, delivery_claimed: status, bill_read: status } as const;
}

const PAIRS = (Object.keys(STATES) as State[]).flatMap((state) =>
  (Object.keys(EVENTS) as Name[]).map((name) => ({ state, name, expected: EXPECTED[state][name] ?? "=" })),
);

describe("the lifecycle", () => {
  it.each(PAIRS)("$state × $name → $expected", ({ state, name, expected }) => {
    const before = STATES[state];
    const result = transition(before, EVENTS[name], policy);
    if (expected === "=") expect(result).toBe(before);
    else expect(result.status).toBe(expected);
    expectInvariants(before, result);
  });

  it("the lifecycle keeps one settlement whatever event follows", () => {
    const settled = become(queued, EVENTS.failed, ...Object.values(EVENTS), ...Object.values(EVENTS));
    expect(settled.timeline.filter((entry) => entry.event === "failed")).toHaveLength(1);
    expect(settled).toMatchObject({ status: "failed", settled_by: "webhook", late_result: jobResult });
  });
});

function expectInvariants(before: Job, result: Job): void {
  expect(result.due_at).toBe(earliestDue(result));
  if (result === before) return;
  if (isOpen(result)) expect(result.due_at).toBeTypeOf("number");
  expect(result.shard).toMatch(isOpen(result) ? /^open-/ : /^settled-/);
  if (!isOpen(before)) expect(result.status).toBe(before.status);
  if (isOpen(result)) expect(result).not.toHaveProperty("settled_at", expect.anything());
  else expect(result).toMatchObject({ settled_at: expect.any(String), settled_by: expect.any(String) });
  const reached = result.timeline.filter((entry) => STATUS_NAMES.has(entry.event));
  expect(reached.at(-1)?.event).toBe(result.status);
}

const STATUS_NAMES = new Set<string>(["submitting", "queued", "running", "succeeded", "failed", "canceled", "expired"]);

describe("submission", () => {
  it("P12: submission marks a new job as being sent before any POST, and never starts a second attempt after an unknown outcome", () => {
    expect(fresh.attempt).toMatchObject({ number: 1, outcome: "under_way" });
    for (const job of [fresh, STATES.unknown]) expect(transition(job, EVENTS.attempt_started, policy)).toBe(job);
  });

  it("P6: submission sets the first check later than the POST's timeout, however short the first-check setting", () => {
    expect(fresh.due_at).toBeGreaterThan(BIRTH_MS + 15_000);
  });

  it("P12: submission sends again after a certain rejection, with a new token and the next number", () => {
    const again = transition(STATES.refused, EVENTS.attempt_started, policy);
    expect(again).toMatchObject({ token_hash: "h2", attempt: { number: 2, outcome: "under_way", body_digest: "d2" } });
    expect(again.submit_due).toBeUndefined();
  });

  it("P12: submission ignores a late answer to an earlier attempt", () => {
    const again = become(STATES.refused, EVENTS.attempt_started);
    for (const late of [EVENTS.not_accepted, EVENTS.input_refused, EVENTS.unknown])
      expect(transition(again, late, policy)).toBe(again);
  });

  it("P14: submission never sends a job whose cancellation was requested", () => {
    const asked = { ...STATES.refused, cancel_requested_at: "2026-11-22T12:00:01.000Z" };
    expect(transition(asked, EVENTS.attempt_started, policy)).toBe(asked);
  });

  it("P14: submission passes a cancellation that was requested during the POST on to fal immediately, when fal accepts", () => {
    for (const accepted of [EVENTS.accepted, EVENTS.confirmed, EVENTS.adopted]) {
      const told = become(fresh, EVENTS.cancel_requested, accepted);
      expect(told).toMatchObject({ status: "queued", request_id: "req-1", fal_cancel: "due", due_at: at });
    }
  });

  it("P12: submission forgets the token and the request id of a request that fal gave up on starting", () => {
    const restarted = become(queued, EVENTS.start_timed_out);
    expect(restarted).toMatchObject({ status: "submitting", attempt: { number: 1, outcome: "refused" } });
    expect(restarted.request_id).toBeUndefined();
    expect(restarted.token_hash).not.toBe(queued.token_hash);
  });

  it("P14: submission settles as canceled when a cancellation was requested and the POST was certainly rejected", () => {
    expect(become(fresh, EVENTS.cancel_requested, EVENTS.not_accepted).status).toBe("canceled");
  });

  it("P14: submission records a request id learned after settling, and cancels it at fal immediately", () => {
    const lost = become(STATES.unknown, EVENTS.window_passed, EVENTS.accepted);
    expect(lost).toMatchObject({ status: "failed", request_id: "req-1", due_at: at });
  });

  it("P14: submission cancels at fal when a job passes its deadline there, unless fal has already answered", () => {
    expect(STATES.expired).toMatchObject({ status: "expired", fal_cancel: "due", due_at: expect.any(Number) });
    const answered = become(queued, EVENTS.cancel_answered, EVENTS.deadline_passed);
    expect(answered.fal_cancel).toBe("acknowledged");
    expect(become(STATES.refused, EVENTS.deadline_passed).fal_cancel).toBeUndefined();
  });

  it("P20: submission shows what an open job is waiting for, and forgets it once accepted", () => {
    expect(STATES.refused).toMatchObject({ status: "submitting", error: jobError });
    const accepted = become(STATES.refused, EVENTS.attempt_started, EVENTS.accepted);
    expect(accepted).toMatchObject({ status: "queued", error: undefined });
  });

  it("submission ignores a request id other than the recorded one (P15)", () => {
    expect(transition(queued, { ...EVENTS.confirmed, requestId: "req-2" }, policy)).toBe(queued);
  });

  it("P15: fal's own request id outranks an adopted one, and becomes fully valid", () => {
    const adopted = become(STATES.unknown, EVENTS.adopted);
    expect(adopted).toMatchObject({ status: "queued", request_id: "req-1", adopted: true });
    expect(become(adopted, EVENTS.confirmed)).toMatchObject({ request_id: "req-1", adopted: undefined });
    const other = become(adopted, { ...EVENTS.confirmed, requestId: "req-2" });
    expect(other).toMatchObject({ request_id: "req-2", adopted: undefined });
    expect(become(other, { ...EVENTS.confirmed, requestId: "req-3" })).toBe(other);
  });

  it("P15: the request id of the event that settles the job outranks an adopted one", () => {
    const adopted = become(STATES.unknown, EVENTS.adopted);
    expect(become(adopted, { ...EVENTS.succeeded, requestId: "req-2" }).request_id).toBe("req-2");
    expect(become(adopted, EVENTS.deadline_passed).request_id).toBe("req-1");
  });

  it("promise 1: no check is later than the deadline", () => {
    for (const state of [queued, STATES.running, STATES.unknown]) {
      const looked = become(state, { ...EVENTS.looked, lookAt: state.deadline_at + 1 });
      expect(looked.due_at).toBe(state.deadline_at);
    }
    const overdue = { ...EVENTS.looked, at: queued.deadline_at + 5, lookAt: queued.deadline_at + 90_000 };
    expect(become(queued, overdue).due_at).toBe(queued.deadline_at + 5);
  });

  it("P27: who only asks for a check makes the job due now, and the checks before stay unrecorded", () => {
    const claimed = become(queued, EVENTS.claimed);
    expect(claimed.checks_unrecorded).toBe(1);
    expect(become(claimed, EVENTS.check_requested)).toEqual({ ...claimed, check_due: at, due_at: at });
  });

  it("P19: who sees that fal has started records it once, and leaves the check and its lease as they were", () => {
    const claimed = become(queued, EVENTS.claimed);
    const running = become(claimed, EVENTS.start_seen);
    const { status, started_at, check_due, due_at, checks_unrecorded } = running;
    expect({ status, started_at }).toEqual({ status: "running", started_at: new Date(at).toISOString() });
    expect({ check_due, due_at, checks_unrecorded }).toEqual({
      check_due: claimed.check_due,
      due_at: claimed.due_at,
      checks_unrecorded: 1,
    });
    expect(become(running, EVENTS.start_seen)).toBe(running);
  });

  it("P27: a large result is remembered by later checks, and forgotten when the job is sent again", () => {
    const large = become(queued, { ...EVENTS.looked, isLarge: true }, EVENTS.claimed, EVENTS.looked);
    expect(large.is_large).toBe(true);
    expect(become(large, EVENTS.start_timed_out).is_large).toBeUndefined();
  });

  it("P5: a webhook without a result makes the job due now", () => {
    expect(become(queued, EVENTS.confirmed).due_at).toBe(at);
    expect(become(fresh, EVENTS.confirmed)).toMatchObject({ status: "queued", request_id: "req-1", due_at: at });
  });
});

describe("the timeline (P4)", () => {
  it("the timeline (P4) stays bounded and still contains the end", () => {
    let job = fresh;
    for (let attempt = 0; attempt < 60; attempt++)
      job = become(job, { ...EVENTS.not_accepted, attempt: attempt + 1 }, EVENTS.attempt_started);
    job = become(job, EVENTS.accepted, EVENTS.failed, EVENTS.succeeded);
    expect(job.timeline.length).toBeLessThanOrEqual(50);
    expect(job.timeline.slice(-2).map((entry) => entry.event)).toEqual(["failed", "late_result"]);
  });
});
