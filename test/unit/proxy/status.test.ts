import { describe, expect, it } from "vitest";
import { readRefusal } from "../../../lambdas/fal/submission.ts";
import { CALLERS_LOOK_INTERVAL_MS } from "../../../lambdas/limits.ts";
import { answered, CANCELLED, finish, hourMs, minuteMs, SUCCESS, unknown, VIDEO } from "../../support/one-job.ts";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, type ProxyScene, proxyScene } from "./proxy-scene.ts";

const LINES = [{ message: "loading", timestamp: "2026-11-22T12:00:01Z", level: "INFO", source: "USER" }];

type Step = (scene: ProxyScene) => unknown;

const saying =
  (status: number, body: object): Step =>
  ({ fal }) =>
    Object.assign(fal, { status: answered(status, body) });
const inQueue = saying(202, { status: "IN_QUEUE", queue_position: 3 });
const running = saying(202, { status: "IN_PROGRESS", logs: LINES });
const unreachable: Step = ({ fal }) => Object.assign(fal, { status: { kind: "not_sent", reason: "ECONNREFUSED" } });
const sweeping: Step = (scene) => scene.sweepAfter(minuteMs);

/** A submitted job after these events. */
async function jobAfter(...steps: readonly Step[]) {
  const scene = proxyScene();
  await scene.send();
  for (const step of steps) await step(scene);
  return scene;
}

/** The status of an open job, as fal would report it. */
function open({ row, requestUrl }: ProxyScene, status: string, more: object = {}) {
  const response_url = requestUrl();
  const urls = { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
  return { status, request_id: row().id, ...urls, logs: null, ...more };
}

describe("queue.status through the proxy", () => {
  it.each<[string, readonly Step[], string, object]>([
    ["that fal has in its queue", [inQueue], "IN_QUEUE", { queue_position: 3 }],
    ["that fal runs", [running], "IN_PROGRESS", {}],
    ["that fal runs, known from the last check", [running, sweeping, unreachable], "IN_PROGRESS", {}],
    ["that fal ran, and says is in its queue (P19)", [running, sweeping, inQueue], "IN_PROGRESS", {}],
    ["for which fal is unreachable", [unreachable], "IN_QUEUE", { queue_position: 0 }],
    ["that fal does not know (P18)", [saying(404, { status: "NOT_FOUND" })], "IN_QUEUE", { queue_position: 0 }],
    [
      "for which fal's answer is invalid",
      [saying(200, { status: 7, queue_position: "x" })],
      "IN_QUEUE",
      { queue_position: 0 },
    ],
    [
      "whose queue position is not a number",
      [saying(202, { status: "IN_QUEUE", queue_position: 1e300 })],
      "IN_QUEUE",
      { queue_position: 0 },
    ],
    ["that is finished there, and not yet here", [saying(200, { status: "COMPLETED" })], "IN_PROGRESS", {}],
    ["whose cancellation was requested", [inQueue, (scene) => scene.put()], "IN_QUEUE", { queue_position: 3 }],
  ])("queue.status through the proxy of a request %s", async (_, steps, status, more) => {
    const scene = await jobAfter(...steps);
    const told = await scene.status();
    expect([told.status, told.headers["x-fal-request-id"]]).toEqual([202, scene.row().id]);
    expect(told.body).toEqual(open(scene, status, more));
  });

  it.each<[string, Step]>([
    ["temporarily rejected", ({ fal }) => Object.assign(fal, { submission: readRefusal(answered(429)) })],
    ["unconfirmed", ({ fal }) => Object.assign(fal, { submission: unknown })],
  ])("queue.status through the proxy of a request that was %s is IN_QUEUE, and fal is not asked", async (_, begin) => {
    const scene = proxyScene();
    begin(scene);
    await scene.send();
    expect((await scene.status()).body).toEqual(open(scene, "IN_QUEUE", { queue_position: 0 }));
    expect(scene.fal.asked).toEqual([]);
  });

  it("queue.status through the proxy asks fal by fal's own request id, and never reveals it", async () => {
    const scene = await jobAfter(
      saying(202, { status: "IN_QUEUE", request_id: "req-1", response_url: "https://queue.fal.run/x/req-1" }),
    );
    const { body } = await scene.status();
    expect(scene.fal.asked).toEqual([{ endpoint: ENDPOINT, requestId: "req-1", logs: true }]);
    expect(JSON.stringify(body)).not.toContain("req-1");
  });

  it("queue.status through the proxy contains fal's logs if requested, and null otherwise", async () => {
    const scene = await jobAfter(running);
    expect((await scene.status(1)).body.logs).toEqual(LINES);
    scene.service.state.nowMs += CALLERS_LOOK_INTERVAL_MS;
    expect((await scene.status(0)).body.logs).toBeNull();
    unreachable(scene);
    scene.service.state.nowMs += CALLERS_LOOK_INTERVAL_MS;
    expect((await scene.status(1)).body.logs).toEqual([]);
  });

  it("P32: however often queue.status and logs are read, fal is asked at most once in two seconds, and an hour after the end not at all", async () => {
    const scene = await jobAfter(running);
    for (let reads = 0; reads < 100; reads++) {
      await scene.status(reads % 2);
      scene.service.state.nowMs += 100;
    }
    expect(scene.fal.asked).toHaveLength(5);
    finish(scene.fal, SUCCESS);
    await scene.deliver("OK", { video: VIDEO });
    await scene.status(1);
    await scene.status(1);
    expect(scene.fal.asked).toHaveLength(6);
    scene.service.state.nowMs += hourMs + 1;
    await scene.status(1);
    expect(scene.fal.asked).toHaveLength(6);
  });

  it("queue.status through the proxy works without FAL_KEY", async () => {
    const scene = await jobAfter(running);
    scene.service.state.falKey = undefined;
    expect((await scene.status()).body.status).toBe("IN_QUEUE");
  });

  it("queue.status through the proxy can be read by fal's client", async () => {
    const scene = await jobAfter(running);
    const told = await clientOf(scene).client.queue.status(ENDPOINT, { requestId: scene.row().id, logs: true });
    expect(told).toEqual({ ...open(scene, "IN_PROGRESS"), logs: LINES });
  });
});

describe("queue.status of a settled job", () => {
  const finished = saying(200, { status: "COMPLETED", logs: LINES, metrics: { inference_time: 4.2 } });
  const succeeding: Step = (scene) => scene.deliver("OK", { video: VIDEO });

  it.each<[string, readonly Step[], object]>([
    ["that succeeded", [succeeding, finished], {}],
    ["whose model failed", [(scene) => scene.deliver("ERROR", { detail: [{ msg: "no", type: "t" }] }), finished], {}],
    [
      "that fal's machinery failed",
      [(scene) => scene.deliver("ERROR", { detail: "gone", error_type: "runner_disconnected" }), finished],
      { error: "gone", error_type: "runner_disconnected" },
    ],
    [
      "that was canceled",
      [(scene) => scene.put(), ({ fal }) => finish(fal, CANCELLED), sweeping, finished],
      { error: "Request was cancelled by the client", error_type: "client_cancelled" },
    ],
    [
      "that expired",
      [running, (scene) => scene.sweepAfter(3 * hourMs), finished],
      { error: "Request timed out", error_type: "request_timeout" },
    ],
  ])("%s is COMPLETED, with fal's metrics", async (_, steps, more) => {
    const scene = await jobAfter(...steps);
    const { status, body } = await scene.status(1);
    const metrics = { inference_time: 4.2 };
    expect([status, body]).toEqual([200, { ...open(scene, "COMPLETED"), logs: LINES, metrics, ...more }]);
  });

  it("queue.status of a settled job has no metrics when fal reports none", async () => {
    const scene = await jobAfter(succeeding, unreachable);
    expect((await scene.status()).body).toEqual({ ...open(scene, "COMPLETED"), metrics: {} });
  });

  it("queue.status of a settled job asks fal for an hour, and then no more", async () => {
    const scene = await jobAfter(succeeding, finished);
    scene.service.state.nowMs += hourMs;
    await scene.status(1);
    expect(scene.fal.asked).toHaveLength(1);
    scene.service.state.nowMs += 1;
    expect((await scene.status(1)).body).toEqual({ ...open(scene, "COMPLETED"), logs: [], metrics: {} });
    expect(scene.fal.asked).toHaveLength(1);
  });

  it("queue.status of a settled job is COMPLETED only once the row has settled, and then the result is there", async () => {
    const scene = await jobAfter(({ fal }) => finish(fal, SUCCESS));
    expect((await scene.status()).body.status).toBe("IN_PROGRESS");
    expect((await scene.result()).status).toBe(400);
    await sweeping(scene);
    expect((await scene.status()).body.status).toBe("COMPLETED");
    expect((await scene.result()).status).toBe(200);
  });
});

describe("a status that is ahead of the row", () => {
  it("a status that is ahead of the row makes the next sweep check the job, if the planned check is far away", async () => {
    const scene = await jobAfter(
      running,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
    );
    const planned = scene.row().check_due;
    expect(planned).toBeGreaterThan(scene.service.state.nowMs + 100_000);
    await scene.status();
    expect(scene.row().check_due).toBe(planned);
    finish(scene.fal, SUCCESS);
    scene.service.state.nowMs += CALLERS_LOOK_INTERVAL_MS;
    await scene.status();
    const { nowMs } = scene.service.state;
    expect([scene.row().check_due, scene.row().due_at]).toEqual([nowMs, nowMs]);
    await scene.sweepAfter(0);
    expect(scene.row()).toMatchObject({ status: "succeeded", settled_by: "sweep" });
  });

  it("a status that is ahead of the row writes nothing if a check is near or in progress (P7)", async () => {
    const scene = await jobAfter(({ fal }) => finish(fal, SUCCESS));
    const before = scene.row();
    expect(before.check_due).toBeLessThanOrEqual(scene.service.state.nowMs + 100_000);
    await scene.status();
    expect(scene.row()).toBe(before);
  });

  it("a status that is ahead of the row is answered even when the check cannot be scheduled", async () => {
    const scene = await jobAfter(
      running,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
    );
    finish(scene.fal, SUCCESS);
    scene.service.state.refusesWrites = true;
    expect((await scene.status()).status).toBe(202);
  });

  it("a status that is ahead of the row does not change a job that settled meanwhile", async () => {
    const scene = await jobAfter(
      running,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
      sweeping,
    );
    Object.assign(scene.fal, { status: answered(200, { status: "COMPLETED" }) });
    await scene.deliver("OK", { video: VIDEO });
    const before = scene.row();
    await scene.status();
    expect(scene.row()).toBe(before);
  });
});
