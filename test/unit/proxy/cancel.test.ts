import { ApiError } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import { answered, busy, CANCELLED, COMPLETED, finish, minuteMs, unknown, VIDEO } from "../../support/one-job.ts";
import { clientOf, quickly } from "./fal-client.ts";
import { ENDPOINT, type ProxyScene, proxyScene } from "./proxy-scene.ts";

const ASKED = { status: "CANCELLATION_REQUESTED" };
const TOO_LATE = { status: "ALREADY_COMPLETED" };

/** A submitted job, after an event. */
async function submitted(begin: (scene: ProxyScene) => unknown = () => undefined) {
  const scene = proxyScene();
  begin(scene);
  await scene.send();
  return scene;
}

describe("queue.cancel through the proxy", () => {
  it("queue.cancel through the proxy asks fal to cancel, and the job ends with fal's outcome", async () => {
    const scene = await submitted();
    const told = await scene.put();
    expect([told.status, told.body, told.headers["x-fal-request-id"]]).toEqual([202, ASKED, scene.row().id]);
    expect(scene.fal.cancellations).toHaveLength(1);
    expect(scene.row()).toMatchObject({ status: "queued", fal_cancel: "acknowledged" });
    finish(scene.fal, CANCELLED);
    await scene.sweepAfter(minuteMs);
    expect([(await scene.result()).status, scene.row().status]).toEqual([499, "canceled"]);
  });

  it("queue.cancel through the proxy is recorded before fal is asked (P18)", async () => {
    const scene = await submitted();
    await scene.put();
    expect(scene.fal.cancellations[0]?.cancel_requested_at).toBeDefined();
  });

  it("queue.cancel through the proxy of what fal has not accepted yet is done immediately, and fal is not asked", async () => {
    const scene = await submitted(({ fal }) => Object.assign(fal, { submission: busy }));
    expect(await scene.put()).toMatchObject({ status: 202, body: ASKED });
    expect([scene.row().status, scene.fal.cancellations]).toEqual(["canceled", []]);
    expect((await scene.status()).body).toMatchObject({ status: "COMPLETED", error_type: "client_cancelled" });
  });

  it("queue.cancel through the proxy of an unconfirmed job is recorded (P14)", async () => {
    const scene = await submitted(({ fal }) => Object.assign(fal, { submission: unknown }));
    expect(await scene.put()).toMatchObject({ status: 202, body: ASKED });
    expect(scene.row()).toMatchObject({ status: "submitting", cancel_requested_at: expect.any(String) });
    expect(scene.fal.cancellations).toEqual([]);
  });

  it("queue.cancel through the proxy is too late when fal says so", async () => {
    const scene = await submitted();
    scene.fal.cancellation = COMPLETED;
    expect(await scene.put()).toMatchObject({ status: 400, body: TOO_LATE });
    expect(scene.row().status).toBe("queued");
  });

  it.each<[string, (scene: ProxyScene) => Promise<unknown>]>([
    ["succeeded", (scene) => scene.deliver("OK", { video: VIDEO })],
    ["failed", (scene) => scene.deliver("ERROR", { detail: "no" })],
    ["was canceled", (scene) => scene.deliver("ERROR", { detail: "x", error_type: "client_cancelled" })],
  ])("queue.cancel through the proxy is too late for a job that %s, and changes nothing", async (_, settle) => {
    const scene = await submitted();
    await settle(scene);
    const before = scene.row();
    const told = await scene.put();
    expect([told.status, told.body, told.headers["x-fal-request-id"]]).toEqual([400, TOO_LATE, before.id]);
    expect([scene.row(), scene.fal.cancellations]).toEqual([before, []]);
  });

  it("queue.cancel through the proxy twice is one request", async () => {
    const scene = await submitted();
    await scene.put();
    expect(await scene.put()).toMatchObject({ status: 202, body: ASKED });
    expect(scene.fal.cancellations).toHaveLength(1);
  });

  it("queue.cancel through the proxy is accepted while fal is down, and the sweep passes it on", async () => {
    const scene = await submitted();
    scene.fal.cancellation = answered(503);
    expect(await scene.put()).toMatchObject({ status: 202, body: ASKED });
    scene.fal.cancellation = answered(202, ASKED);
    await scene.sweepAfter(minuteMs);
    expect(scene.row().fal_cancel).toBe("acknowledged");
  });

  it("queue.cancel through the proxy is retried by fal's client while it cannot be recorded", async () => {
    const scene = await submitted();
    scene.service.state.refusesWrites = true;
    const { client, answers } = clientOf(scene);
    const told = await quickly(() => client.queue.cancel(ENDPOINT, { requestId: scene.row().id }));
    expect([told, answers.map(({ status }) => status)]).toEqual([expect.any(ApiError), [503, 503, 503, 503]]);
    expect(scene.fal.cancellations).toEqual([]);
  });
});
