import { describe, expect, it } from "vitest";
import type { CallOutcome } from "../../../lambdas/fal/call-once.ts";
import { checkAtFal, type FalCheck } from "../../../lambdas/fal/look.ts";
import { FAL_RESULT_MAX_BYTES } from "../../../lambdas/limits.ts";
import { privacy, routing } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";

const REQUEST = { endpoint: "decart/lucy-14b/image-to-video", requestId: "req-1" };
const VIDEO = { url: "https://v3.fal.media/files/b/x.mp4" };
const OURS = { "x-fal-request-id": "req-1" };

type Headers = Readonly<Record<string, string>>;
type Answered = readonly [status: number, body: unknown, headers?: Headers];
type Call = Answered | CallOutcome;

/** The result of a check when fal answers this; if no result is scripted, fetching it fails the test. */
function looking(status: Call, result?: Call): Promise<FalCheck> {
  const fal = {
    ...unscriptedFal,
    statusAtFal: async () => outcome(status),
    ...(result && { resultAtFal: async () => outcome(result) }),
  };
  return checkAtFal(
    { fal, access: { key: "key", falEndpointUrl: undefined, privacy, routing } },
    REQUEST,
    FAL_RESULT_MAX_BYTES,
  );
}

function outcome(call: Call): CallOutcome {
  if ("kind" in call) return call;
  const [status, body, headers = {}] = call;
  return { kind: "answered", status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

const refused: CallOutcome = { kind: "not_sent", reason: "ECONNREFUSED" };
const lost: CallOutcome = { kind: "unanswered", reason: "ECONNRESET" };
const completed: Answered = [200, { status: "COMPLETED", request_id: "req-1" }];
const finished = (kind: object) => ({ kind: "finished", outcome: kind });
const failed = (code: string, retryable: boolean) => finished({ status: "failed", error: { code, retryable } });
const noAnswer = (code: string, slowDown = false) => ({
  kind: "no_answer",
  slowDown,
  error: { code, retryable: true },
});
const modelError = (type: string) => ({ detail: [{ loc: ["body"], msg: "m", type, input: "SECRET" }] });

describe("a request's status", () => {
  it.each<[string, Call, object]>([
    ["IN_QUEUE", [202, { status: "IN_QUEUE", queue_position: 3 }], { kind: "in_queue" }],
    ["IN_QUEUE under a 200", [200, { status: "IN_QUEUE" }], { kind: "in_queue" }],
    ["IN_PROGRESS", [202, { status: "IN_PROGRESS", logs: null }], { kind: "running" }],
    ["an unknown one", [200, { status: "MAYBE" }], noAnswer("fal_unreachable")],
    ["a FAILED, which fal does not have", [200, { status: "FAILED" }], noAnswer("fal_unreachable")],
    ["none", [200, {}], noAnswer("fal_unreachable")],
    ["a list", [200, [{ status: "IN_QUEUE" }]], noAnswer("fal_unreachable")],
    ["text", [200, "IN_QUEUE"], noAnswer("fal_unreachable")],
    ["nothing", [200, ""], noAnswer("fal_unreachable")],
    ["an unknown request", [404, { status: "NOT_FOUND" }], { kind: "not_found" }],
    ["fal's own 429", [429, { detail: "slow down" }], noAnswer("fal_busy", true)],
    ["a bad key", [401, { detail: "no" }], noAnswer("fal_key_refused")],
    ["no credit", [402, { detail: "no" }], noAnswer("fal_balance_exhausted")],
    [
      "a locked account",
      [403, { detail: "User is locked. Reason: Exhausted balance." }],
      noAnswer("fal_account_locked"),
    ],
    ["an exhausted balance", [403, { detail: "Exhausted balance" }], noAnswer("fal_balance_exhausted")],
    ["an endpoint that is not open to the account", [403, { detail: "Forbidden" }], noAnswer("fal_unreachable")],
    ["a 400", [400, { detail: "x" }], noAnswer("fal_unreachable")],
    ["a 405", [405, {}], noAnswer("fal_unreachable")],
    ["a 422", [422, modelError("missing")], noAnswer("fal_unreachable")],
    ["a redirect", [302, ""], noAnswer("fal_unreachable")],
    ["a 500", [500, { detail: [{ type: "internal_server_error" }] }, OURS], noAnswer("fal_unreachable")],
    ["a 502", [502, "<html>"], noAnswer("fal_unreachable")],
    ["a 503", [503, { status: "COMPLETED" }], noAnswer("fal_unreachable")],
    ["a 504", [504, { detail: "x" }, { "x-fal-request-timeout-type": "user" }], noAnswer("fal_unreachable")],
    ["no connection", refused, noAnswer("fal_unreachable")],
    ["a lost answer", lost, noAnswer("fal_unreachable")],
  ])("%s is reported correctly, and no result is fetched", async (_, status, expected) => {
    expect(await looking(status)).toMatchObject(expected);
  });

  it("a request's status is not fetched without a key, and the missing key is reported", async () => {
    const look = await checkAtFal({ fal: unscriptedFal, access: undefined }, REQUEST, FAL_RESULT_MAX_BYTES);
    expect(look).toMatchObject(noAnswer("fal_key_missing"));
  });
});

describe("the endpoint that ran", () => {
  const ranOn = async (said: unknown, header?: string) => {
    const headers: Headers = header === undefined ? OURS : { ...OURS, "x-fal-endpoint": header };
    const look = await looking([200, { status: "COMPLETED", endpoint_id: said }], [200, { video: VIDEO }, headers]);
    return look.kind === "finished" && look.outcome.status === "succeeded" ? look.outcome.result : undefined;
  };

  it("the endpoint that ran is in the result where fal says it, in the result's header or in the status", async () => {
    expect(await ranOn(undefined)).toEqual({ video: VIDEO });
    expect(await ranOn("decart/lucy-i2v")).toEqual({ video: VIDEO, endpoint: "decart/lucy-i2v" });
    expect(await ranOn(undefined, "fal-ai/other/image-to-video/")).toMatchObject({
      endpoint: "fal-ai/other/image-to-video",
    });
    expect(await ranOn("a/b", "c/d")).toMatchObject({ endpoint: "c/d" });
  });

  it.each([7, null, {}, "", "lucy", "a b/c", "a/b?c=d", "https://a/b", `a/${"b".repeat(300)}`])(
    "the endpoint that ran is left out if fal says %j (P4)",
    async (said) => {
      expect(await ranOn(said)).toEqual({ video: VIDEO });
    },
  );
});

describe("COMPLETED does not mean success: the result", () => {
  it.each<[string, Call, object]>([
    [
      "with a video is one",
      [200, { video: VIDEO, seed: 1 }],
      finished({ status: "succeeded", result: { video: VIDEO } }),
    ],
    [
      "with an inline video is one",
      [200, { video: { url: "data:video/mp4;base64,AA==" } }],
      finished({ status: "succeeded" }),
    ],
    ["without a video is unusable", [200, { images: [] }], failed("result_unusable", false)],
    ["with a video that has no URL is unusable", [200, { video: {} }], failed("result_unusable", false)],
    [
      "with a video by plain http is unusable",
      [200, { video: { url: "http://x.com/a.mp4" } }],
      failed("result_unusable", false),
    ],

    ["422 is refused input", [422, modelError("image_load_error")], failed("input_refused", false)],
    ["422 with a plain detail is refused input", [422, { detail: "no" }], failed("input_refused", false)],
    [
      "422 of the content policy says so",
      [422, modelError("content_policy_violation")],
      failed("content_policy_violation", false),
    ],
    ["400 is a failure", [400, { detail: "Bad prompt" }], failed("generation_failed", true)],
    [
      "400 in progress is not finished after all",
      [400, { detail: "Request is still in progress" }],
      { kind: "running" },
    ],
    ["500 of the model may be retried", [500, modelError("internal_server_error")], failed("generation_failed", true)],
    ["504 of the model may be retried", [504, modelError("generation_timeout")], failed("generation_failed", true)],
    [
      "502 of the model's own services",
      [502, modelError("downstream_service_error")],
      failed("generation_failed", true),
    ],
    [
      "503 of the model's own services",
      [503, modelError("downstream_service_unavailable")],
      failed("generation_failed", true),
    ],

    [
      "504 of fal's own timeout",
      [504, { detail: "x", error_type: "request_timeout" }],
      failed("infrastructure_failed", true),
    ],
    ["504 of a runner", [504, { detail: "x", error_type: "startup_timeout" }], failed("infrastructure_failed", true)],
    [
      "503 of scheduling",
      [503, { detail: "x", error_type: "runner_scheduling_failure" }],
      failed("infrastructure_failed", true),
    ],
    [
      "502 of a runner that left",
      [502, { detail: "x", error_type: "runner_disconnected" }],
      failed("infrastructure_failed", true),
    ],
    ["500 of fal's own", [500, { detail: "x", error_type: "internal_error" }], failed("infrastructure_failed", true)],
    [
      "400 of fal's own is final",
      [400, { detail: "x", error_type: "bad_request" }],
      failed("infrastructure_failed", false),
    ],
    [
      "499 of a client that left is final",
      [499, { detail: "x", error_type: "client_disconnected" }],
      failed("infrastructure_failed", false),
    ],
    [
      "499 of a cancellation is one",
      [499, { detail: "x", error_type: "client_cancelled" }],
      finished({ status: "canceled", error: { code: "client_cancelled", retryable: false } }),
    ],
    [
      "504 of our own start timeout was never run (P12)",
      [504, { detail: "x", error_type: "request_timeout" }, { ...OURS, "x-fal-request-timeout-type": "user" }],
      { kind: "start_timed_out" },
    ],
    [
      "504 of another's timeout is no start timeout",
      [504, { detail: "x", error_type: "request_timeout" }, { "x-fal-request-timeout-type": "server" }],
      failed("infrastructure_failed", true),
    ],

    ["500 that names the request is its own", [500, { detail: "went wrong" }, OURS], failed("generation_failed", true)],
    ["503 that names the request is its own", [503, { detail: "went wrong" }, OURS], failed("generation_failed", true)],
    [
      "500 that names another request counts as no answer",
      [500, { detail: "x" }, { "x-fal-request-id": "req-2" }],
      noAnswer("fal_unreachable"),
    ],
    ["502 of a gateway counts as no answer", [502, "<html>Bad Gateway</html>"], noAnswer("fal_unreachable")],
    [
      "502 of a gateway that names the request, without a body, counts as no answer",
      [502, "", OURS],
      noAnswer("fal_unreachable"),
    ],
    [
      "503 of a gateway with a JSON body counts as no answer",
      [503, { detail: "Service Unavailable" }],
      noAnswer("fal_unreachable"),
    ],
    [
      "504 of a gateway counts as no answer",
      [504, { message: "Endpoint request timed out" }],
      noAnswer("fal_unreachable"),
    ],
    ["that is a redirect counts as no answer", [302, ""], noAnswer("fal_unreachable")],

    ["404 is not kept, which is no failure (P18)", [404, { detail: "Not found" }], { kind: "not_found" }],
    ["404 without a body too", [404, ""], { kind: "not_found" }],
    ["429 is fal's own", [429, { detail: "slow down" }], noAnswer("fal_busy", true)],
    ["401 is the operator's", [401, { detail: "no" }], noAnswer("fal_key_refused")],
    ["402 is the operator's", [402, { detail: "no" }], noAnswer("fal_balance_exhausted")],
    ["403 is the operator's", [403, { detail: "User is locked." }], noAnswer("fal_account_locked")],
    ["405 counts as no answer", [405, { detail: "Method Not Allowed" }], noAnswer("fal_unreachable")],
    ["408 counts as no answer", [408, { detail: "x" }], noAnswer("fal_unreachable")],
    ["without a connection counts as no answer", refused, noAnswer("fal_unreachable")],
    ["whose answer is lost counts as no answer", lost, noAnswer("fal_unreachable")],
  ])("%s", async (_, result, expected) => {
    expect(await looking(completed, result)).toMatchObject(expected);
  });

  it.each<[string, Call, object]>([
    ["is gone", [404, ""], failed("infrastructure_failed", true)],
    ["comes as a gateway's error", [502, "<html>"], failed("infrastructure_failed", true)],
    [
      "contains the model's own error",
      [422, modelError("content_policy_violation")],
      failed("content_policy_violation", false),
    ],
    ["is still a success", [200, { video: VIDEO }], finished({ status: "succeeded" })],
    ["cannot be reached", lost, noAnswer("fal_unreachable")],
  ])(
    "COMPLETED does not mean success: the result of a request whose status contains an error, when it %s",
    async (_, result, expected) => {
      const status: Answered = [200, { status: "COMPLETED", error: "x", error_type: "runner_disconnected" }];
      expect(await looking(status, result)).toMatchObject(expected);
    },
  );

  it("COMPLETED does not mean success: the result that is gone, of a request that its status reports as cancelled, is canceled", async () => {
    const status: Answered = [200, { status: "COMPLETED", error: "x", error_type: "client_cancelled" }];
    expect(await looking(status, [404, ""])).toMatchObject(finished({ status: "canceled" }));
  });

  it("COMPLETED does not mean success: the result contains fal's message, and never the caller's prompt", async () => {
    const look = await looking(completed, [422, modelError("image_load_error")]);
    expect(look).toMatchObject(finished({ error: { detail: [{ msg: "m", type: "image_load_error" }] } }));
    expect(JSON.stringify(look)).not.toContain("SECRET");
  });
});
