import { describe, expect, it } from "vitest";
import { readDelivery } from "../../../lambdas/fal/webhook.ts";

function read(body: unknown, falEndpointUrl?: string) {
  return readDelivery(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), falEndpointUrl);
}

const base = { error: null, gateway_request_id: "gw-1", request_id: "req-1" };
const video = { url: "https://v3.fal.media/files/b/x.mp4" };

describe("a webhook", () => {
  it("a webhook with a video succeeds, with the model's other output", () => {
    const sent = {
      ...video,
      content_type: "video/mp4",
      file_name: "x.mp4",
      file_size: 12,
      file_data: "AAAA",
      other: 1,
    };
    expect(read({ ...base, status: "OK", payload: { video: sent, seed: 9 } })).toEqual({
      requestId: "req-1",
      gatewayRequestId: "gw-1",
      outcome: {
        status: "succeeded",
        result: {
          video: { ...video, content_type: "video/mp4", file_name: "x.mp4", file_size: 12 },
          extra: { seed: 9, video: { other: 1 } },
        },
      },
    });
  });

  it.each([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2 ** 60, 1.5, "12", null])(
    "a webhook omits a file_size of %j",
    (file_size) => {
      const delivery = read({ ...base, status: "OK", payload: { video: { ...video, file_size } } });
      expect(delivery?.outcome).toEqual({ status: "succeeded", result: { video } });
    },
  );

  it("a webhook may say which endpoint really ran", () => {
    const delivery = read({ ...base, endpoint_id: "decart/lucy-i2v", status: "OK", payload: { video } });
    expect(delivery?.outcome).toEqual({ status: "succeeded", result: { video, endpoint: "decart/lucy-i2v" } });
  });

  it("a webhook accepts integers above 2^53", () => {
    const text = `{"error": null, "payload": {"seed": 18446744073709551615, "video": {"url": "${video.url}"}}, "request_id": "req-1", "status": "OK"}`;
    expect(read(text)?.outcome).toEqual({ status: "succeeded", result: { video } });
  });

  it.each([
    ["a null payload", { status: "OK", payload: null }],
    ["a payload error under OK", { status: "OK", payload: { video }, payload_error: "not serializable" }],
    ["a payload error under ERROR", { status: "ERROR", payload: null, payload_error: "not serializable" }],
    ["no payload", { status: "OK" }],
    ["a success without a video", { status: "OK", payload: {} }],
    ["a video without a URL", { status: "OK", payload: { video: { url: 1 } } }],
    ["a video by plain http", { status: "OK", payload: { video: { url: "http://example.com/x.mp4" } } }],
    ["an unknown status", { status: "MAYBE", payload: { video } }],
  ])("a webhook with %s only means that the result must be fetched (P5)", (_, body) => {
    expect(read({ ...base, ...body })).toMatchObject({ requestId: "req-1", outcome: undefined });
  });

  it("a webhook accepts a plain http video on the origin of FAL_ENDPOINT_URL", () => {
    const local = { url: "http://localhost:4001/v3.fal.media/files/x.mp4" };
    expect(read({ ...base, status: "OK", payload: { video: local } }, "http://localhost:4001")?.outcome).toEqual({
      status: "succeeded",
      result: { video: local },
    });
  });

  const failures: readonly (readonly [string, unknown, string | null, object])[] = [
    [
      "a refused input",
      { detail: [{ loc: ["body"], msg: "m", type: "image_load_error" }] },
      "Invalid status code: 422",
      { status: "failed", error: { code: "input_refused", retryable: false } },
    ],
    [
      "content policy",
      { detail: [{ msg: "m", type: "content_policy_violation" }] },
      "Invalid status code: 422",
      { status: "failed", error: { code: "content_policy_violation", retryable: false } },
    ],
    [
      "a broken model",
      { detail: [{ msg: "m", type: "internal_server_error" }] },
      "Invalid status code: 500",
      { status: "failed", error: { code: "generation_failed", retryable: true } },
    ],
    [
      "a model timeout",
      { detail: [{ msg: "m", type: "generation_timeout" }] },
      "Invalid status code: 504",
      { status: "failed", error: { code: "generation_failed", retryable: true } },
    ],
    [
      "infrastructure",
      { detail: "no runner", error_type: "runner_disconnected" },
      null,
      { status: "failed", error: { code: "infrastructure_failed", retryable: true, detail: "no runner" } },
    ],
    [
      "a bad request",
      { detail: "bad", error_type: "bad_request" },
      null,
      { status: "failed", error: { code: "infrastructure_failed", retryable: false } },
    ],
    [
      "a cancellation",
      { detail: "canceled", error_type: "client_cancelled" },
      "Invalid status code: 499",
      { status: "canceled", error: { code: "client_cancelled" } },
    ],
    [
      "a plain string",
      { detail: "went wrong" },
      "Invalid status code: 500",
      { status: "failed", error: { code: "generation_failed", retryable: true, detail: "went wrong" } },
    ],
  ];
  it.each(failures)("a webhook of %s reports what happened", (_, payload, error, outcome) => {
    expect(read({ ...base, error, status: "ERROR", payload })?.outcome).toMatchObject(outcome);
  });

  it("P4: a webhook includes the model's other output up to 4 KB, and none of it above that", () => {
    const extraOf = (told: string) => {
      const payload = { video: { url: "https://v3.fal.media/files/b/x.mp4" }, told };
      const outcome = read({ ...base, status: "OK", payload })?.outcome;
      return outcome && "result" in outcome ? outcome.result.extra : "none";
    };
    expect(extraOf("x".repeat(4000))).toEqual({ told: "x".repeat(4000) });
    expect(extraOf("x".repeat(4096))).toBeUndefined();
  });

  it("P4: a webhook includes at most 4 KB of fal's message, never the echoed input, and no number that the table would reject", () => {
    const item = {
      loc: ["body", "prompt"],
      msg: "x".repeat(300),
      type: "t",
      input: "SECRET",
      ctx: { limit: Number.MAX_VALUE },
    };
    const payload = { detail: Array.from({ length: 100 }, () => item) };
    const text = JSON.stringify({ ...base, status: "ERROR", payload }).replaceAll("1.7976931348623157e+308", "1e400");
    const outcome = read(text)?.outcome;
    const detail = outcome && "error" in outcome ? outcome.error.detail : undefined;
    expect(Buffer.byteLength(JSON.stringify(detail))).toBeLessThanOrEqual(4096);
    expect(JSON.stringify(detail)).not.toMatch(/SECRET|limit/);
    expect(detail).toHaveLength(11);
  });

  it.each(["", "{", "[]", "null", "7", '"x"', "{}", '{"request_id": 7}', '{"request_id": ""}'])(
    "a webhook is not %j",
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
