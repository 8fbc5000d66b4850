import { describe, expect, it } from "vitest";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, INPUT, proxyScene } from "./proxy-scene.ts";

type SubmitOptions = Omit<Parameters<ReturnType<typeof clientOf>["client"]["queue"]["submit"]>[1], "input">;

const LIFECYCLE = "x-fal-object-lifecycle-preference";

describe("the options of fal's client beside the input", () => {
  it.each<[string, SubmitOptions, object | undefined]>([
    ["nothing", {}, undefined],
    ["the usual priority", { priority: "normal" }, undefined],
    ["a low priority", { priority: "low" }, { priority: "low" }],
    ["a hint for runners", { hint: "warm/1" }, { runner_hint: "warm/1" }],
    ["by when to start", { startTimeout: 30 }, { start_timeout_seconds: 30 }],
    ["the same to a fraction", { startTimeout: 1.5 }, { start_timeout_seconds: 1.5 }],
    [
      "how long to keep the video",
      { storageSettings: { expiresIn: "1d" } },
      { object_lifecycle: { expiration_duration_seconds: 86_400 } },
    ],
    [
      "who may have it",
      {
        storageSettings: {
          expiresIn: 60,
          initialAcl: { default: "forbid", rules: [{ user: "u", decision: "allow" }] },
        },
      },
      {
        object_lifecycle: {
          expiration_duration_seconds: 60,
          initial_acl: { default: "forbid", rules: [{ user: "u", decision: "allow" }] },
        },
      },
    ],
    ["no retries", { headers: { "X-Fal-No-Retry": "1" } }, { no_retry: true }],
    ["no retries, in a word", { headers: { "x-fal-no-retry": "Yes" } }, { no_retry: true }],
    ["the usual retries", { headers: { "x-fal-no-retry": "0" } }, undefined],
    ["no fallbacks", { headers: { "x-fal-disable-fallbacks": "true" } }, { disable_fallbacks: true }],
    [
      "no fallbacks, by fal's newer name",
      { headers: { "x-app-fal-disable-fallback": "true" } },
      { disable_fallbacks: true },
    ],
    ["fallbacks, as far as the caller cares", { headers: { "x-fal-disable-fallbacks": "false" } }, undefined],
    [
      "all at once",
      { priority: "low", hint: "h", startTimeout: 60, storageSettings: { expiresIn: 60 } },
      {
        priority: "low",
        runner_hint: "h",
        start_timeout_seconds: 60,
        object_lifecycle: { expiration_duration_seconds: 60 },
      },
    ],
  ])(
    "the options of fal's client beside the input are stored with the job and sent to fal: %s",
    async (_, options, kept) => {
      const scene = proxyScene();
      await clientOf(scene).client.queue.submit(ENDPOINT, { ...options, input: INPUT });
      expect(scene.row().fal_options).toEqual(kept);
      expect(scene.fal.calls[0]?.options).toEqual(kept);
    },
  );

  it("the options of fal's client beside the input are not shown by the API, and are sent again with the job", async () => {
    const scene = proxyScene();
    const headers = { "x-fal-no-retry": "1", "x-fal-disable-fallbacks": "1" };
    await clientOf(scene).client.queue.submit(ENDPOINT, { input: INPUT, priority: "low", hint: "warm", headers });
    expect((await scene.get()).body).not.toContain("warm");
    await scene.deliver("ERROR", { detail: "no" });
    await scene.retry();
    expect(scene.fal.calls[1]?.options).toEqual({
      priority: "low",
      runner_hint: "warm",
      no_retry: true,
      disable_fallbacks: true,
    });
  });

  it.each<[string, string | string[]]>([
    ["x-fal-no-retry", ""],
    ["x-fal-no-retry", "2"],
    ["x-fal-no-retry", "1".repeat(1_000_000)],
    ["x-fal-disable-fallbacks", "on"],
    ["x-app-fal-disable-fallback", "{}"],
    ["x-fal-queue-priority", "high"],
    ["x-fal-queue-priority", ""],
    ["x-fal-runner-hint", ""],
    ["x-fal-runner-hint", "ä"],
    ["x-fal-runner-hint", "a\nb"],
    ["x-fal-runner-hint", "h".repeat(256)],
    ["x-fal-request-timeout", ""],
    ["x-fal-request-timeout", "1"],
    ["x-fal-request-timeout", "0"],
    ["x-fal-request-timeout", "-5"],
    ["x-fal-request-timeout", "5s"],
    ["x-fal-request-timeout", "1e3"],
    ["x-fal-request-timeout", "NaN"],
    ["x-fal-request-timeout", "Infinity"],
    ["x-fal-request-timeout", "86401"],
    [LIFECYCLE, ""],
    [LIFECYCLE, "{"],
    [LIFECYCLE, "[]"],
    [LIFECYCLE, "null"],
    [LIFECYCLE, "7"],
    [LIFECYCLE, '{"expiration_duration_seconds":0}'],
    [LIFECYCLE, '{"expiration_duration_seconds":-1}'],
    [LIFECYCLE, '{"expiration_duration_seconds":1e300}'],
    [LIFECYCLE, '{"expiration_duration_seconds":1e-300}'],
    [LIFECYCLE, '{"expiration_duration_seconds":"60"}'],
    [LIFECYCLE, '{"initial_acl":"public"}'],
    [LIFECYCLE, '{"initial_acl":{"":1}}'],
    [LIFECYCLE, '{"initial_acl":{"a":9007199254740993}}'],
    [LIFECYCLE, '{"initial_acl":{"a":"\\ud800"}}'],
    [LIFECYCLE, '{"initial_acl":{"a":{"__proto__":1}}}'],
    [LIFECYCLE, '{"initial_acl":{"a":{"constructor":1}}}'],
    [LIFECYCLE, '{"other":1}'],
  ])(
    "the options of fal's client beside the input are rejected with the header's name if invalid: %s: %j",
    async (name, value) => {
      const scene = proxyScene();
      const { status, body } = await scene.send(INPUT, { [name]: value });
      const complaint = { loc: ["header", name], msg: expect.stringMatching(/must/), type: expect.any(String) };
      expect([status, body]).toEqual([422, { detail: [complaint] }]);
      expect([scene.service.rows().size, scene.fal.posts]).toEqual([0, []]);
    },
  );

  it.each(["x-fal-request-timeout", "x-fal-runner-hint", "x-fal-target-url"])(
    "the options of fal's client beside the input are rejected when %s comes twice",
    async (name) => {
      const scene = proxyScene();
      const { status, body } = await scene.send(INPUT, {
        [name === "x-fal-target-url" ? "X-FAL-TARGET-URL" : name]: ["2", "3"],
      });
      expect([status, body]).toEqual([400, { detail: expect.stringContaining(name) }]);
      expect(scene.service.rows().size).toBe(0);
    },
  );

  it.each<[string, string]>([
    ["deep", `{"initial_acl":${'{"a":'.repeat(150)}1${"}".repeat(150)}}`],
    ["long", `{"initial_acl":{"a":"${"x".repeat(1000)}"}}`],
  ])(
    "the options of fal's client beside the input are rejected when an access list is too %s for the table",
    async (_, value) => {
      const scene = proxyScene();
      const { status, body } = await scene.send(INPUT, { [LIFECYCLE]: value });
      expect([status, body]).toMatchObject([422, { detail: [{ loc: ["header", LIFECYCLE] }] }]);
      expect(scene.service.rows().size).toBe(0);
    },
  );

  it("the options of fal's client beside the input are reported together with errors in the input", async () => {
    const { body } = await proxyScene().send({}, { "x-fal-request-timeout": "1", "x-fal-queue-priority": "x" });
    const places = (body.detail as { loc: string[] }[]).map(({ loc }) => loc.join(" "));
    expect(places).toEqual([
      "body prompt",
      "body image_url",
      "header x-fal-queue-priority",
      "header x-fal-request-timeout",
    ]);
  });
});
