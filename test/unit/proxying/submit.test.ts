import { ApiError, ValidationError } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import { readRefusal } from "../../../lambdas/fal/submission.ts";
import { answered, REQUEST } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, INPUT, OTHER_ENDPOINT, type ProxyScene, proxyScene, SUBMIT } from "./proxy-scene.ts";

const OTHER = `https://queue.fal.run/${OTHER_ENDPOINT}`;

/** Nothing was recorded, posted or handed over. */
function expectNothing({ service, fal }: ProxyScene): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("queue.submit through the proxy", () => {
  it("is a job of the caller's, whose id is the request's", async () => {
    const scene = proxyScene();
    const { client } = clientOf(scene);
    const told = await client.queue.submit(ENDPOINT, { input: INPUT });
    const { id } = scene.row();
    const response_url = `https://queue.fal.run/decart/lucy-14b/requests/${id}`;
    expect(told).toEqual({
      status: "IN_QUEUE",
      request_id: id,
      response_url,
      status_url: `${response_url}/status`,
      cancel_url: `${response_url}/cancel`,
      queue_position: 0,
      gateway_request_id: id,
    });
    expect(scene.row()).toMatchObject({
      owner: "key-id-1",
      endpoint: ENDPOINT,
      status: "queued",
      request_id: "req-1",
      input: { ...INPUT, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
    });
    expect(scene.fal.calls).toMatchObject([{ endpoint: ENDPOINT, input: scene.row().input }]);
  });

  it("answers with the request's id as fal's header, to pages of any origin (A3)", async () => {
    const scene = proxyScene();
    const { status, headers } = await scene.send();
    expect([status, headers["x-fal-request-id"]]).toEqual([200, scene.row().id]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
    });
  });

  it("belongs to whom the API key stands for, whatever Authorization says (P24)", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, { Authorization: "Key somebody-else", "x-fal-owner": "x" });
    expect(scene.row().owner).toBe("key-id-1");
    expect(JSON.stringify(scene.row())).not.toContain("somebody-else");
  });

  it("is read like every job of its owner by the rest of the API", async () => {
    const scene = proxyScene();
    await scene.send();
    expect(JSON.parse((await scene.get()).body)).toMatchObject({ id: scene.row().id, status: "queued" });
  });

  it("without options is what POST /jobs makes of the same input", async () => {
    const [through, direct] = [proxyScene(), proxyScene()];
    await through.send();
    await direct.submit(REQUEST);
    const { id: _, created_at_id: __, token_hash: ___, write_id: ____, shard: _____, ...row } = direct.row();
    expect(through.row()).toMatchObject(row);
    expect(through.row()).not.toHaveProperty("fal_options");
    expect(through.row()).not.toHaveProperty("callback_format");
  });

  it.each(["decart/lucy-i2v", OTHER_ENDPOINT])("runs what is configured: %s", async (endpoint) => {
    const scene = proxyScene();
    const told = await scene.send(INPUT, {}, `https://queue.fal.run/${endpoint}`);
    const [owner, alias] = endpoint.split("/");
    expect([told.status, scene.row().endpoint, scene.fal.calls[0]?.endpoint]).toEqual([200, endpoint, endpoint]);
    expect(told.body.response_url).toBe(`https://queue.fal.run/${owner}/${alias}/requests/${scene.row().id}`);
  });

  it.each(["fal-ai/flux/dev", "decart/lucy-14b", `${ENDPOINT}/`, `${ENDPOINT}/fast`, "", "DECART/lucy-i2v", "/x"])(
    "refuses an endpoint that nobody configured: %j",
    async (endpoint) => {
      const scene = proxyScene();
      const told = await scene.send(INPUT, {}, `https://queue.fal.run/${endpoint}`);
      expect([told.status, told.body.detail]).toEqual([403, expect.stringContaining(`not ${endpoint}`)]);
      expectNothing(scene);
    },
  );

  it("takes a picture inline, which fal gets under a URL of its own (P11)", async () => {
    const scene = proxyScene();
    const { status } = await scene.send({ ...INPUT, image_url: dataUriOf("image/png") });
    expect([status, scene.fal.handedOver]).toEqual([200, [PICTURES["image/png"]]]);
    expect(scene.row()).toMatchObject({
      image_held: true,
      input: { image_url: `https://v3.fal.media/files/${scene.row().id}.png` },
    });
  });

  it("takes a File, which the client uploads to us by itself", async () => {
    const scene = proxyScene();
    const { client, calls } = clientOf(scene);
    const file = new File([new Uint8Array(PICTURES["image/webp"])], "a.webp", { type: "image/webp" });
    await client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url: file } });
    expect(scene.fal.handedOver).toEqual([PICTURES["image/webp"]]);
    expect(scene.row().upload_keys).toEqual([expect.stringMatching(/^uploads\/key-id-1\/[0-9a-f]{32}$/)]);
    expect(calls.map(({ method }) => method)).toEqual(["POST", "PUT", "POST"]);
  });
});

describe("a repeat with an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-7" };

  it("finds the same job", async () => {
    const scene = proxyScene();
    const [first, again] = [await scene.send(INPUT, key), await scene.send(INPUT, key)];
    expect([again.status, again.body, scene.fal.posts.length]).toEqual([200, first.body, 1]);
  });

  it("with options that differ is another request, and refused", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, key);
    const told = await scene.send(INPUT, { ...key, "x-fal-runner-hint": "warm" });
    expect([told.status, told.body.detail]).toEqual([422, expect.stringContaining("another request")]);
    expect(scene.fal.posts).toHaveLength(1);
  });

  it("finds what POST /jobs made of the same request", async () => {
    const scene = proxyScene();
    await scene.submit(REQUEST, { "Idempotency-Key": "order-7" });
    expect((await scene.send(INPUT, key)).body.request_id).toBe(scene.row().id);
  });

  it("is a new job for another owner", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, key);
    const other = { headers: key, body: JSON.stringify(INPUT), apiKeyId: "key-id-2" };
    expect((await scene.ask("POST", SUBMIT, other)).status).toBe(200);
    expect(scene.service.rows().size).toBe(2);
  });

  it.each<[string, string | string[]]>([
    ["empty", ""],
    ["not ASCII", "ä"],
    ["sent twice", ["a", "b"]],
  ])("that is %s is refused", async (_, value) => {
    const scene = proxyScene();
    const { status, body } = await scene.send(INPUT, { "idempotency-key": value });
    expect([status, body]).toEqual([400, { detail: expect.stringContaining("Idempotency-Key") }]);
    expectNothing(scene);
  });
});

describe("input that is wrong", () => {
  const { prompt, image_url } = INPUT;
  it.each<[string, object, unknown[], string, unknown]>([
    ["no prompt", { image_url }, ["prompt"], "missing", { image_url }],
    ["a number for a prompt", { prompt: 5, image_url }, ["prompt"], "string_type", 5],
    ["an empty prompt", { prompt: "", image_url }, ["prompt"], "value_error", ""],
    ["null for a prompt", { prompt: null, image_url }, ["prompt"], "string_type", null],
    ["no picture", { prompt }, ["image_url"], "missing", { prompt }],
    [
      "a picture on a private host",
      { prompt, image_url: "https://10.0.0.1/" },
      ["image_url"],
      "value_error",
      "https://10.0.0.1/",
    ],
    ["text for sync_mode", { ...INPUT, sync_mode: "yes" }, ["sync_mode"], "bool_type", "yes"],
    ["another resolution", { ...INPUT, resolution: "1080p" }, ["resolution"], "one_of", "1080p"],
    ["another aspect ratio", { ...INPUT, aspect_ratio: 1 }, ["aspect_ratio"], "one_of", 1],
    ["an unknown field", { ...INPUT, seed: 7 }, ["seed"], "extra_forbidden", 7],
    ["a field with a slash and a tilde", { ...INPUT, "a/b~c": 7 }, ["a/b~c"], "extra_forbidden", 7],
    ["a list", [], [], "dict_type", []],
    ["text", "input" as unknown as object, [], "dict_type", "input"],
    ["null", null as unknown as object, [], "dict_type", null],
  ])("is fal's ValidationError for %s", async (_, input, path, type, echo) => {
    const scene = proxyScene();
    const { status, body, headers } = await scene.send(input);
    expect([status, headers["content-type"]]).toEqual([422, "application/json"]);
    expect(body).toEqual({ detail: [{ loc: ["body", ...path], msg: expect.any(String), type, input: echo }] });
    expectNothing(scene);
  });

  it("names every field to fal's client", async () => {
    const scene = proxyScene();
    const input = { prompt: "", image_url: "x", seed: 1 };
    const error = await clientOf(scene)
      .client.queue.submit(ENDPOINT, { input })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error.fieldErrors.map(({ loc }: { loc: unknown[] }) => loc.join("."))).toEqual([
      "body.prompt",
      "body.image_url",
      "body.seed",
    ]);
    expect(error.getFieldErrors("seed")).toMatchObject([{ type: "extra_forbidden", input: 1 }]);
  });

  it.each<[string, string, Record<string, string | string[]>, number]>([
    ["no JSON", "{", {}, 400],
    ["nothing", "", {}, 400],
    ["a form", "a=b", { "Content-Type": "application/x-www-form-urlencoded" }, 415],
    ["more than 5 MB", JSON.stringify({ prompt: "x".repeat(5_300_000) }), {}, 413],
  ])("is refused in fal's form for %s", async (_, body, headers, status) => {
    const scene = proxyScene();
    const told = await scene.ask("POST", SUBMIT, { body, headers });
    expect([told.status, told.body]).toEqual([status, { detail: expect.any(String) }]);
    expectNothing(scene);
  });

  it.each(["", "http://hooks.example.com/", "https://127.0.0.1/", "https://api.example.com/prod/jobs", "x"])(
    "is also a webhook at %j",
    async (url) => {
      const scene = proxyScene();
      const { status, body } = await scene.send(INPUT, {}, `${SUBMIT}?fal_webhook=${encodeURIComponent(url)}`);
      const complaint = { loc: ["query", "fal_webhook"], msg: expect.any(String), type: "value_error" };
      expect([status, body]).toEqual([422, { detail: [complaint] }]);
      expectNothing(scene);
    },
  );

  it.each<[string, string]>([
    ["many complaints about much", JSON.stringify({ "": "x".repeat(4_900_000) })],
    ["a prompt of megabytes", JSON.stringify({ ...INPUT, prompt: "x".repeat(4_900_000) })],
    ["endless nesting", `{"prompt":${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
    ["endless nesting of a name", `${'{"prompt":'.repeat(50_000)}1${"}".repeat(50_000)}`],
  ])("is answered with what Lambda can carry: %s", async (_, body) => {
    for (const target of [SUBMIT, OTHER]) {
      const scene = proxyScene();
      const told = await scene.ask("POST", target, { body });
      expect([told.status, told.body.detail]).toEqual([422, expect.any(Array)]);
      expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(LAMBDA_ANSWER_MAX_BYTES);
      expectNothing(scene);
    }
  });
});

describe("a submission that fal refuses at its door", () => {
  it.each([
    [400, { detail: "Malformed." }],
    [405, { detail: "Method Not Allowed" }],
    [413, { detail: "Too large." }],
    [422, { detail: "fal's words" }],
  ])("is %i as fal says it: %j", async (status, body) => {
    const scene = proxyScene();
    scene.fal.submission = readRefusal(answered(status, body));
    const told = await scene.send();
    expect([told.status, told.body]).toEqual([status, body]);
    expect(told.headers["x-fal-request-id"]).toBe(scene.row().id);
    expect(scene.row()).toMatchObject({ status: "failed", error: { code: "input_refused", fal_status: status } });
  });

  it("is fal's ValidationError with fal's own complaints, and the input beside each", async () => {
    const scene = proxyScene();
    const complaint = { loc: ["body", "prompt"], msg: "no", type: "value_error", input: "echo" };
    scene.fal.submission = readRefusal(answered(422, { detail: [complaint, { ...complaint, loc: ["body"] }] }));
    const error = await clientOf(scene)
      .client.queue.submit(ENDPOINT, { input: INPUT })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(ValidationError);
    expect(error).toBeInstanceOf(ApiError);
    expect(error.requestId).toBe(scene.row().id);
    expect(error.fieldErrors).toEqual([
      { ...complaint, input: INPUT.prompt },
      { ...complaint, loc: ["body"], input: scene.row().input },
    ]);
  });
});

const LAMBDA_ANSWER_MAX_BYTES = 6_291_456;
