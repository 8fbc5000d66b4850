import { ApiError, ValidationError } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../../lambdas/fal/call-once.ts";
import { readRefusal } from "../../../lambdas/fal/submission.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, CANCELLED, finish, hourMs, minuteMs, VIDEO } from "../../support/one-job.ts";
import { clientOf, quickly } from "./fal-client.ts";
import { ENDPOINT, INPUT, type ProxyScene, proxyScene } from "./proxy-scene.ts";

const COMPLAINT = { loc: ["body", "prompt"], msg: "no", type: "value_error" };

/** A job that fal has completed with this result, which the sweep found. */
async function finished(result: CallOutcome, ...policyChange: Parameters<typeof proxyScene>) {
  const scene = proxyScene(...policyChange);
  await scene.send();
  if (result === CANCELLED) await scene.put();
  finish(scene.fal, result);
  await scene.sweepAfter(minuteMs);
  return scene;
}

/** The error that fal's client throws for the result. */
async function thrown(scene: ProxyScene) {
  const told = await quickly(() => clientOf(scene).client.queue.result(ENDPOINT, { requestId: scene.row().id }));
  if (told instanceof ApiError) return told;
  throw new Error("the result was not refused");
}

describe("queue.result through the proxy", () => {
  it("queue.result through the proxy is fal's own output, under the job's id", async () => {
    const video = { ...VIDEO, content_type: "video/mp4", file_name: "x.mp4", file_size: 12 };
    const output = { video: { ...video, fps: 24 }, seed: 7, timings: { inference: 1.5 }, has_nsfw: [false] };
    const scene = await finished(answered(200, output), { archivesVideos: false });
    const told = await clientOf(scene).client.queue.result(ENDPOINT, { requestId: scene.row().id });
    expect(told).toEqual({ data: output, requestId: scene.row().id });
  });

  it("queue.result through the proxy is the same once the video is archived", async () => {
    const scene = proxyScene();
    await scene.send();
    await scene.deliver("OK", { video: VIDEO, seed: 7 });
    const before = (await scene.result()).body;
    scene.service.videos.set(VIDEO.url, tinyFilm("film"));
    await scene.archive();
    expect(scene.row()).toMatchObject({ video_key: expect.any(String), result: { extra: { seed: 7 } } });
    expect((await scene.result()).body).toMatchObject(before);
  });

  it("queue.result through the proxy is the same after a webhook and after a sweep", async () => {
    const payload = { video: { ...VIDEO, fps: 24 }, seed: 7 };
    const swept = await finished(answered(200, payload));
    const told = proxyScene();
    await told.send();
    await told.deliver("OK", payload);
    expect((await told.result()).body).toEqual((await swept.result()).body);
  });

  it.each<[string, (scene: ProxyScene) => unknown]>([
    ["in the queue", ({ fal }) => Object.assign(fal, { status: answered(202, { status: "IN_QUEUE" }) })],
    ["running", ({ fal }) => Object.assign(fal, { status: answered(202, { status: "IN_PROGRESS" }) })],
    ["finished at fal alone", ({ fal }) => finish(fal, answered(200, { video: VIDEO }))],
  ])("queue.result through the proxy of a request %s is fal's 400", async (_, begin) => {
    const scene = proxyScene();
    begin(scene);
    await scene.send();
    const { status, body, headers } = await scene.result();
    expect([status, body]).toEqual([400, { detail: "Request is still in progress" }]);
    expect(headers["x-fal-request-id"]).toBe(scene.row().id);
  });

  it("queue.result through the proxy of a success that came too late is that success, because it was paid for", async () => {
    const scene = await finished(answered(422, { detail: [COMPLAINT] }));
    await scene.deliver("OK", { video: VIDEO, seed: 7 });
    expect(scene.row().status).toBe("failed");
    expect(await scene.result()).toMatchObject({ status: 200, body: { video: VIDEO, seed: 7 } });
    expect((await scene.status()).body.status).toBe("COMPLETED");
  });
});

describe("queue.result of a failure", () => {
  it("queue.result of a failure of the model is fal's ValidationError, with the input that each error is about", async () => {
    const complaints = [
      COMPLAINT,
      {
        ...COMPLAINT,
        loc: ["body", "image_url"],
        type: "image_too_small",
        ctx: { min_width: 300 },
        url: "https://x/y",
      },
      { ...COMPLAINT, loc: ["body"] },
      { ...COMPLAINT, loc: ["body", "nothing", "there"] },
      { ...COMPLAINT, loc: ["body", "constructor"] },
      { ...COMPLAINT, loc: [] },
    ];
    const scene = await finished(answered(422, { detail: complaints.map((each) => ({ ...each, input: "echo" })) }));
    const error = await thrown(scene);
    expect(error).toBeInstanceOf(ValidationError);
    expect([error.status, error.requestId]).toEqual([422, scene.row().id]);
    const { input } = scene.row();
    const echoes = [INPUT.prompt, INPUT.image_url, input, input, input, input];
    expect(error.body).toEqual({ detail: complaints.map((each, place) => ({ ...each, input: echoes[place] })) });
  });

  it("queue.result of a failure keeps the echoed input out of the table (P4)", async () => {
    const scene = await finished(answered(422, { detail: [{ ...COMPLAINT, input: "SECRET" }] }));
    expect(JSON.stringify(scene.row())).not.toContain("SECRET");
  });

  it.each<[string, CallOutcome, number, object, string | undefined]>([
    ["a refused input in one sentence", answered(422, { detail: "no" }), 422, { detail: "no" }, undefined],
    [
      "a broken model",
      answered(500, { detail: [{ ...COMPLAINT, type: "internal_server_error" }] }),
      500,
      { detail: [{ ...COMPLAINT, type: "internal_server_error", input: INPUT.prompt }] },
      undefined,
    ],
    [
      "a lost runner",
      answered(503, { detail: "gone", error_type: "runner_disconnected" }),
      503,
      { detail: "gone", error_type: "runner_disconnected" },
      "runner_disconnected",
    ],
    [
      "a failure named in the header alone",
      { ...answered(500, { detail: "gone" }), headers: { "x-fal-error-type": "runner_server_error" } } as CallOutcome,
      500,
      { detail: "gone", error_type: "runner_server_error" },
      "runner_server_error",
    ],
    [
      "a failure without a word",
      answered(500, { error_type: "internal_error" }),
      500,
      { detail: expect.stringContaining("internal_error"), error_type: "internal_error" },
      "internal_error",
    ],
    [
      "a cancellation",
      CANCELLED,
      499,
      { detail: "Request was cancelled by the client", error_type: "client_cancelled" },
      "client_cancelled",
    ],
  ])("queue.result of a failure is as fal reports it: %s", async (_, result, status, body, errorType) => {
    const scene = await finished(result);
    const told = await scene.result();
    expect([told.status, told.body, told.headers["x-fal-error-type"]]).toEqual([status, body, errorType]);
    expect([(await thrown(scene)).status, (await thrown(scene)).requestId]).toEqual([status, scene.row().id]);
  });

  it.each<[string, "OK" | "ERROR", object, number, object]>([
    [
      "of fal's machinery, without a status",
      "ERROR",
      { detail: "gone", error_type: "x" },
      500,
      { detail: "gone", error_type: "x" },
    ],
    [
      "of the model, without a status",
      "ERROR",
      { detail: [COMPLAINT] },
      422,
      { detail: [{ ...COMPLAINT, input: INPUT.prompt }] },
    ],
    ["without a reason", "ERROR", {}, 500, { detail: "The model failed." }],
  ])(
    "queue.result of a failure that a webhook reported, %s, has the status of its kind",
    async (_, status, payload, expected, body) => {
      const scene = proxyScene();
      await scene.send();
      await scene.deliver(status, payload);
      expect(await scene.result()).toMatchObject({ status: expected, body });
    },
  );

  it("queue.result of a failure without a usable video is a 500", async () => {
    const scene = await finished(answered(200, { video: "none" }));
    expect(await scene.result()).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("no usable video") },
    });
  });

  it("queue.result of a failure at the job's deadline is fal's timeout, as a caller's own is", async () => {
    const scene = proxyScene();
    scene.fal.status = answered(202, { status: "IN_PROGRESS" });
    await scene.send();
    await scene.sweepAfter(3 * hourMs);
    const { status, body, headers } = await scene.result();
    expect([status, body]).toEqual([504, { detail: "Request timed out", error_type: "request_timeout" }]);
    expect([headers["x-fal-error-type"], headers["x-fal-request-timeout-type"]]).toEqual(["request_timeout", "user"]);
    const error = await thrown(scene);
    expect(error.isUserTimeout).toBe(true);
  });

  it("queue.result of a failure that is unconfirmed is reported as a server error", async () => {
    const scene = proxyScene();
    scene.fal.submission = readRefusal(answered(503));
    await scene.send();
    await scene.sweepAfter(minuteMs);
    await scene.sweepAfter(hourMs);
    expect(scene.row().error?.code).toBe("submission_unconfirmed");
    expect(await scene.result()).toMatchObject({
      status: 500,
      body: { detail: expect.stringContaining("did not confirm") },
    });
  });

  it("queue.result of a failure whose result has expired at fal is a 404", async () => {
    const scene = proxyScene();
    await scene.send();
    finish(scene.fal, answered(404, { status: "NOT_FOUND" }));
    await scene.sweepFor(3 * hourMs);
    expect(scene.row().error?.code).toBe("result_expired");
    expect(await scene.result()).toMatchObject({ status: 404, body: { detail: expect.any(String) } });
  });
});
