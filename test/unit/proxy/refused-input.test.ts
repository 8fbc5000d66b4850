import { ApiError, ValidationError } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import { readRefusal } from "../../../lambdas/fal/submission.ts";
import { answered } from "../../support/one-job.ts";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, INPUT, OTHER_ENDPOINT, type ProxyScene, proxyScene, SUBMIT } from "./proxy-scene.ts";

const OTHER = `https://queue.fal.run/${OTHER_ENDPOINT}`;
const LAMBDA_ANSWER_MAX_BYTES = 6_291_456;

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: ProxyScene): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("invalid input", () => {
  const { prompt, image_url } = INPUT;
  it.each<[string, object, unknown[], string, unknown]>([
    ["no prompt", { image_url }, ["prompt"], "missing", { image_url }],
    ["a number for a prompt", { prompt: 5, image_url }, ["prompt"], "string_type", 5],
    ["an empty prompt", { prompt: "", image_url }, ["prompt"], "value_error", ""],
    ["null for a prompt", { prompt: null, image_url }, ["prompt"], "string_type", null],
    ["no image", { prompt }, ["image_url"], "missing", { prompt }],
    [
      "an image on a private host",
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
  ])("invalid input is fal's ValidationError for %s", async (_, input, path, type, echo) => {
    const scene = proxyScene();
    const { status, body, headers } = await scene.send(input);
    expect([status, headers["content-type"]]).toEqual([422, "application/json"]);
    expect(body).toEqual({ detail: [{ loc: ["body", ...path], msg: expect.any(String), type, input: echo }] });
    expectNothing(scene);
  });

  it("invalid input names every field to fal's client", async () => {
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
  ])("invalid input is rejected in fal's format for %s", async (_, body, headers, status) => {
    const scene = proxyScene();
    const told = await scene.ask("POST", SUBMIT, { body, headers });
    expect([told.status, told.body]).toEqual([status, { detail: expect.any(String) }]);
    expectNothing(scene);
  });

  it.each(["", "http://hooks.example.com/", "https://127.0.0.1/", "https://api.example.com/prod/jobs", "x"])(
    "invalid input includes a webhook at %j",
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
  ])("invalid input is answered within Lambda's limit: %s", async (_, body) => {
    for (const target of [SUBMIT, OTHER]) {
      const scene = proxyScene();
      const told = await scene.ask("POST", target, { body });
      expect([told.status, told.body.detail]).toEqual([422, expect.any(Array)]);
      expect(Buffer.byteLength(JSON.stringify(told))).toBeLessThan(LAMBDA_ANSWER_MAX_BYTES);
      expectNothing(scene);
    }
  });
});

describe("a submission that fal rejects immediately", () => {
  it.each([
    [400, { detail: "Malformed." }],
    [405, { detail: "Method Not Allowed" }],
    [413, { detail: "Too large." }],
    [422, { detail: "fal's words" }],
  ])("a submission that fal rejects immediately is %i with fal's own answer: %j", async (status, body) => {
    const scene = proxyScene();
    scene.fal.submission = readRefusal(answered(status, body));
    const told = await scene.send();
    expect([told.status, told.body]).toEqual([status, body]);
    expect(told.headers["x-fal-request-id"]).toBe(scene.row().id);
    expect(scene.row()).toMatchObject({ status: "failed", error: { code: "input_refused", fal_status: status } });
  });

  it("a submission that fal rejects immediately is fal's ValidationError with fal's own errors, and the input beside each", async () => {
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
