import { describe, expect, it } from "vitest";
import { unpack } from "../../../lambdas/deliver/event-body.ts";
import type { CallOutcome } from "../../../lambdas/fal/call-once.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, CANCELLED, finish, hourMs, minuteMs, SUCCESS, VIDEO } from "../../support/one-job.ts";
import { secretsIn, verified } from "../deliver/settled-job.ts";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, INPUT, type ProxyScene, proxyScene } from "./proxy-scene.ts";

const RECEIVER = "https://hooks.example.com/fal?order=7";
const VALIDATION = { loc: ["body", "prompt"], msg: "no", type: "content_policy_violation", url: "https://docs.fal.ai" };

/** A job that the client submitted with a webhook. */
async function submitted(input: object = {}, ...policyChange: Parameters<typeof proxyScene>) {
  const scene = proxyScene(...policyChange);
  await clientOf(scene).client.queue.submit(ENDPOINT, { input: { ...INPUT, ...input }, webhookUrl: RECEIVER });
  return scene;
}

/** The one callback that was sent, parsed. */
function delivered({ service }: ProxyScene): Record<string, unknown> {
  expect(service.callbacks.map(({ url }) => url)).toEqual([RECEIVER]);
  return JSON.parse(service.callbacks[0]?.body ?? "");
}

/** What fal would have sent, with the job's id. */
function delivery({ row }: ProxyScene, error: string | null, payload: unknown) {
  const { id } = row();
  return { error, gateway_request_id: id, payload, request_id: id, status: error === null ? "OK" : "ERROR" };
}

describe("a webhookUrl of fal's client", () => {
  it("a webhookUrl of fal's client is the job's callback, and fal gets our own webhook URL", async () => {
    const scene = await submitted();
    expect(scene.row()).toMatchObject({ callback_url: RECEIVER, callback_format: "fal" });
    expect(scene.fal.posts).toEqual([
      expect.stringMatching(`^https://api.example.com/prod/webhooks/fal/${scene.row().id}/`),
    ]);
  });

  it("a webhookUrl of fal's client receives a success as fal sends it, with all of the model's own fields", async () => {
    const scene = await submitted({}, { archivesVideos: false });
    const video = { ...VIDEO, content_type: "video/mp4", file_name: "x.mp4", file_size: 12 };
    await scene.deliver("OK", { video: { ...video, fps: 24 }, seed: 7 });
    await scene.tell();
    expect(delivered(scene)).toEqual(delivery(scene, null, { seed: 7, video: { ...video, fps: 24 } }));
  });

  it("a webhookUrl of fal's client receives the same once the video is archived: fal's own URL of it, not ours (P21)", async () => {
    const scene = await submitted();
    await scene.deliver("OK", { video: VIDEO, seed: 7 });
    scene.service.videos.set(VIDEO.url, tinyFilm("film"));
    await scene.archive();
    await scene.tell();
    const { payload } = delivered(scene) as { payload: { video: object; seed: number } };
    expect([payload.seed, payload.video]).toEqual([7, expect.objectContaining(VIDEO)]);
    expect(payload.video).not.toHaveProperty("sha256");
  });

  it.each<[string, CallOutcome, string, object]>([
    [
      "a refused input",
      answered(422, { detail: [VALIDATION] }),
      "Invalid status code: 422",
      { detail: [{ ...VALIDATION, input: INPUT.prompt }] },
    ],
    [
      "a failure of fal's machinery",
      answered(503, { detail: "Runner disconnected", error_type: "runner_disconnected" }),
      "Invalid status code: 503",
      { detail: "Runner disconnected", error_type: "runner_disconnected" },
    ],
    [
      "a cancellation",
      CANCELLED,
      "Invalid status code: 499",
      { detail: "Request was cancelled by the client", error_type: "client_cancelled" },
    ],
    [
      "a broken model",
      answered(500, { detail: [{ ...VALIDATION, type: "internal_server_error", loc: ["body"] }] }),
      "Invalid status code: 500",
      {
        detail: [
          { ...VALIDATION, type: "internal_server_error", loc: ["body"], input: expect.objectContaining(INPUT) },
        ],
      },
    ],
  ])("a webhookUrl of fal's client receives %s as fal sends it", async (_, result, error, payload) => {
    const scene = await submitted();
    if (result === CANCELLED) await scene.put();
    finish(scene.fal, result);
    await scene.sweepAfter(minuteMs);
    await scene.tell();
    expect(delivered(scene)).toEqual(delivery(scene, error, payload));
  });

  it("a webhookUrl of fal's client receives an expired job as fal's timeout", async () => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    await scene.sweepAfter(3 * hourMs);
    await scene.tell();
    expect(scene.row().status).toBe("expired");
    expect(delivered(scene)).toEqual(
      delivery(scene, "Invalid status code: 504", { detail: "Request timed out", error_type: "request_timeout" }),
    );
  });

  it("a webhookUrl of fal's client receives no inline video, but a note to fetch it, as from fal when a result is too large", async () => {
    const scene = await submitted({ sync_mode: true });
    await scene.deliver("OK", { video: { url: `data:video/mp4;base64,${tinyFilm("film").toString("base64")}` } });
    await scene.tell();
    expect(delivered(scene)).toEqual({
      ...delivery(scene, null, null),
      payload_error: expect.stringContaining("Fetch the result"),
    });
  });

  it("a webhookUrl of fal's client receives neither fal's own request id nor anything of ours (P22)", async () => {
    const scene = await submitted();
    finish(scene.fal, SUCCESS);
    await scene.sweepAfter(minuteMs);
    await scene.tell();
    const body = scene.service.callbacks[0]?.body ?? "";
    expect(body).not.toMatch(/req-1|token|fingerprint|owner|key-id-1|write/);
  });

  it("a webhookUrl of fal's client receives it signed like every callback, under its own id", async () => {
    const scene = await submitted();
    await scene.deliver("ERROR", { detail: "no" });
    await scene.tell();
    const [callback] = scene.service.callbacks;
    if (callback === undefined) throw new Error("no callback");
    const { secret } = await secretsIn({ service: scene.service }, "key-id-1");
    expect(verified(callback, secret, scene.service.state.nowMs)).toEqual(JSON.parse(callback.body));
    expect(callback.headers["webhook-id"]).toBe(`${scene.row().id}.job.failed`);
  });

  it("P21: a webhookUrl of fal's client receives the same text on every attempt, and on a redelivery", async () => {
    const scene = await submitted();
    scene.service.state.receiver = async () => ({ status: 500 });
    await scene.deliver("ERROR", { detail: "no" });
    await scene.tell();
    // A late success changes the result, but not the rendered body.
    await scene.deliver("OK", { video: VIDEO });
    await scene.sweepFor(hourMs);
    scene.service.state.receiver = async () => ({ status: 200 });
    await scene.sweepFor(3 * hourMs);
    const { callbacks } = scene.service;
    expect(callbacks.length).toBeGreaterThan(3);
    expect(new Set(callbacks.map(({ body }) => body)).size).toBe(1);
    expect(new Set(callbacks.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(unpack(scene.row().delivery?.callback_body ?? "")).toBe(callbacks[0]?.body);
    expect((await scene.result()).status).toBe(200);
  });

  it("a webhookUrl of fal's client leaves the bus event as it is for every job", async () => {
    const scene = await submitted();
    await scene.deliver("OK", { video: VIDEO });
    await scene.sweepAfter(2 * minuteMs);
    expect(scene.service.published).toMatchObject([{ type: "job.succeeded", data: { id: scene.row().id } }]);
  });
});

describe("a callback_url of POST /jobs", () => {
  it("a callback_url of POST /jobs receives our event, whatever the job's outcome", async () => {
    const scene = proxyScene();
    await scene.submit({ input: INPUT, callback_url: RECEIVER });
    await scene.deliver("ERROR", { detail: "no" });
    await scene.tell();
    expect(delivered(scene)).toMatchObject({ type: "job.failed", data: { id: scene.row().id } });
    expect(scene.row().delivery).not.toHaveProperty("callback_body");
  });

  it("a callback_url of POST /jobs cannot request fal's format", async () => {
    const scene = proxyScene();
    expect((await scene.submit({ input: INPUT, callback_url: RECEIVER, callback_format: "fal" })).statusCode).toBe(422);
  });
});
