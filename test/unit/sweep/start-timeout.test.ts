import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../../lambdas/fal/call-once.ts";
import { accepted, answered, busy, finish, hourMs, minuteMs, SUCCESS, unknown, VIDEO } from "../../support/one-job.ts";
import { type ProxyScene, proxyScene } from "../proxy/proxy-scene.ts";

const secondMs = 1000;

/** fal gave up before it started: never run, never billed (docs/internals/fal-protocol.md#2-the-queue). */
const NEVER_STARTED: CallOutcome = {
  kind: "answered",
  status: 504,
  headers: { "x-fal-request-timeout-type": "user" },
  body: JSON.stringify({ detail: "Request timed out", error_type: "request_timeout" }),
};

/** A job that fal must start within this many seconds, and the start timeout that each POST sent. */
async function submitted(seconds: number | undefined, begin: (scene: ProxyScene) => unknown = () => undefined) {
  const scene = proxyScene();
  begin(scene);
  await scene.send(undefined, seconds === undefined ? {} : { "x-fal-request-timeout": String(seconds) });
  return { ...scene, timeouts: () => scene.fal.calls.map(({ startTimeoutSeconds }) => startTimeoutSeconds) };
}

const refusing =
  (submission: ProxyScene["fal"]["submission"]) =>
  ({ fal }: ProxyScene) =>
    Object.assign(fal, { submission });

describe("P12: a caller's start timeout", () => {
  it.each([
    [30, 30],
    [30.9, 30],
    [1800, 1800],
    [86_400, 1800],
    [2, 2],
  ])("P12: a caller's start timeout of %d s is sent to fal, up to ours: %i s", async (asked, told) => {
    expect((await submitted(asked)).timeouts()).toEqual([told]);
  });

  it("P12: a caller's start timeout counts from the job's creation: a later POST sends the remaining time", async () => {
    const scene = await submitted(600, refusing(busy));
    scene.fal.submission = accepted;
    await scene.sweepAfter(100 * secondMs);
    expect(scene.timeouts()).toEqual([600, 500]);
    expect(scene.row().status).toBe("queued");
  });

  it.each([
    ["a minute", 60],
    ["four seconds", 4],
    ["hardly any time", 1.1],
  ])(
    "P12: a caller's start timeout of %s that passes before fal accepts the job expires it, and nothing more is sent",
    async (_, seconds) => {
      const scene = await submitted(seconds, refusing(busy));
      await scene.sweepFor(10 * minuteMs);
      expect(scene.row()).toMatchObject({ status: "expired", error: { code: "start_timeout", retryable: true } });
      expect(scene.row().error?.message).toContain("Last reason: fal is rate limiting");
      expect(scene.timeouts().every((told, place) => place === 0 || told <= seconds)).toBe(true);
      const { status, headers } = await scene.result();
      expect([status, headers["x-fal-request-timeout-type"]]).toEqual([504, "user"]);
    },
  );

  it("P12: a caller's start timeout always ends after the last POST, however often fal rejects the job", async () => {
    const scene = await submitted(400, refusing(busy));
    const begun = scene.service.state.nowMs;
    scene.fal.during = async () => {
      const [call] = scene.fal.calls.slice(-1);
      expect(scene.service.state.nowMs + (call?.startTimeoutSeconds ?? 0) * secondMs).toBeLessThanOrEqual(
        begun + 400 * secondMs,
      );
    };
    for (let tries = 0; tries < 60; tries++) await scene.sweepAfter(7 * secondMs);
    expect(scene.timeouts().length).toBeGreaterThan(3);
    expect(scene.row().status).toBe("expired");
  });

  it("P12: a caller's start timeout that passes before the POST prevents the POST, here and in the sweep", async () => {
    const late = async () => Object.assign(scene.service.state, { nowMs: scene.service.state.nowMs + 5 * secondMs });
    const scene = proxyScene();
    scene.service.state.duringPrepare = late;
    const told = await scene.send(undefined, { "x-fal-request-timeout": "4" });
    expect([told.status, scene.fal.posts, scene.row().status]).toEqual([200, [], "submitting"]);
    await scene.sweepAfter(minuteMs);
    expect([scene.fal.posts, scene.row().status, scene.row().error?.code]).toEqual([[], "expired", "start_timeout"]);
  });

  it("P12: a caller's start timeout settles the job when it is due, without a further delay", async () => {
    const scene = await submitted(20, refusing(busy));
    expect(scene.row().due_at).toBeLessThanOrEqual(scene.service.state.nowMs + 18 * secondMs);
    await scene.sweepAfter(18 * secondMs);
    expect(scene.row().status).toBe("expired");
  });

  it("P12: a caller's start timeout that fal reports expires the job, which is not sent again", async () => {
    const scene = await submitted(30);
    finish(scene.fal, NEVER_STARTED);
    await scene.sweepAfter(minuteMs);
    expect(scene.row()).toMatchObject({ status: "expired", error: { code: "start_timeout" }, settled_by: "sweep" });
    await scene.sweepFor(hourMs);
    expect(scene.fal.posts).toHaveLength(1);
    expect((await scene.status()).body).toMatchObject({ status: "COMPLETED", error_type: "request_timeout" });
  });

  it("P12: a caller's start timeout that fal reports by webhook makes the service fetch the result, and then do the same", async () => {
    const scene = await submitted(30);
    finish(scene.fal, NEVER_STARTED);
    scene.service.state.nowMs += 30 * secondMs;
    await scene.deliver("ERROR", { detail: "Request timed out", error_type: "request_timeout" });
    expect(scene.row().status).toBe("queued");
    await scene.sweepAfter(0);
    expect(scene.row().status).toBe("expired");
  });

  it("P12: a caller's start timeout that is longer than ours causes the job to be sent again while time is left", async () => {
    const scene = await submitted(3600);
    finish(scene.fal, NEVER_STARTED);
    await scene.sweepAfter(30 * minuteMs);
    expect(scene.row().status).toBe("submitting");
    await scene.sweepAfter(minuteMs);
    expect(scene.timeouts()).toEqual([1800, 29 * 60]);
    await scene.sweepAfter(30 * minuteMs);
    expect([scene.row().status, scene.fal.posts.length]).toEqual(["expired", 2]);
  });

  it.each([
    ["its result", "OK", { video: VIDEO }],
    ["its failure", "ERROR", { detail: [{ msg: "failed", type: "internal_server_error", loc: [] }] }],
    ["its start timeout", "ERROR", { detail: "Request timed out", error_type: "request_timeout" }],
  ] as const)(
    "P12: a caller's start timeout that made fal give a request up makes a late webhook with %s change nothing",
    async (_, status, payload) => {
      const scene = await submitted(3600);
      const [givenUp] = scene.fal.posts;
      finish(scene.fal, NEVER_STARTED);
      await scene.sweepAfter(30 * minuteMs);
      const waiting = scene.row();
      expect(waiting.status).toBe("submitting");
      expect((await scene.deliver(status, payload, "req-1", givenUp)).statusCode).toBe(404);
      expect(scene.row()).toEqual(waiting);
      scene.fal.submission = { outcome: "accepted", requestId: "req-2" };
      await scene.sweepAfter(minuteMs);
      const sentAgain = scene.row();
      expect(sentAgain).toMatchObject({ status: "queued", request_id: "req-2" });
      expect((await scene.deliver(status, payload, "req-1", givenUp)).statusCode).toBe(404);
      expect(scene.row()).toEqual(sentAgain);
    },
  );

  it("P12: a caller's start timeout that fal reports for a job whose cancellation was requested cancels it", async () => {
    const scene = await submitted(30);
    await scene.put();
    finish(scene.fal, NEVER_STARTED);
    await scene.sweepAfter(minuteMs);
    expect(scene.row().status).toBe("canceled");
  });

  it("P12: a caller's start timeout does not end a job that fal is running", async () => {
    const scene = await submitted(30);
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    await scene.sweepAfter(10 * minuteMs);
    expect(scene.row().status).toBe("running");
    finish(scene.fal, SUCCESS);
    await scene.sweepFor(10 * minuteMs);
    expect(scene.row().status).toBe("succeeded");
  });

  it("P12: a caller's start timeout does not end a job that may be at fal: its own rules do (P13)", async () => {
    const scene = await submitted(30, refusing(unknown));
    await scene.sweepFor(40 * minuteMs);
    expect([scene.row().status, scene.fal.posts.length]).toEqual(["submitting", 1]);
    await scene.deliver("OK", { video: VIDEO });
    expect(scene.row().status).toBe("succeeded");
  });

  it("P12: a caller's start timeout that passed leaves a job unconfirmed at the end of its window like any other", async () => {
    const scene = await submitted(30, refusing(unknown));
    await scene.sweepFor(hourMs);
    expect(scene.row()).toMatchObject({ status: "failed", error: { code: "submission_unconfirmed" } });
  });

  it("P12: a caller's start timeout of a retry counts from the retry on", async () => {
    const scene = await submitted(60, refusing(busy));
    await scene.sweepFor(10 * minuteMs);
    scene.fal.submission = accepted;
    await scene.retry();
    expect(scene.timeouts().at(-1)).toBe(60);
    expect([...scene.service.rows().values()].map(({ status }) => status)).toEqual(["expired", "queued"]);
  });
});

describe("P12: without a caller's start timeout", () => {
  it("fal gets half an hour, or the time left to the deadline", async () => {
    const scene = await submitted(undefined, refusing(busy));
    expect(scene.timeouts()).toEqual([1800]);
    await scene.sweepAfter(2 * hourMs - 20 * minuteMs);
    expect(scene.timeouts()).toEqual([1800, 20 * 60]);
  });

  it("a job that fal did not start is sent again, until the deadline", async () => {
    const scene = await submitted(undefined);
    finish(scene.fal, NEVER_STARTED);
    await scene.sweepAfter(30 * minuteMs);
    await scene.sweepAfter(minuteMs);
    expect([scene.row().status, scene.fal.posts.length]).toEqual(["queued", 2]);
    await scene.sweepAfter(2 * hourMs);
    expect(scene.row().status).toBe("expired");
  });

  it("a job that fal never accepted expires at the deadline", async () => {
    const scene = await submitted(undefined, refusing(busy));
    await scene.sweepAfter(2 * hourMs - 1);
    expect(scene.row().status).toBe("submitting");
    await scene.sweepFor(10 * minuteMs);
    expect(scene.row()).toMatchObject({ status: "expired", error: { code: "deadline_exceeded" } });
  });
});
