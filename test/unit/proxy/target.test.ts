import type { FalClient } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import { toRequest } from "../../../lambdas/http/request.ts";
import { readTarget } from "../../../lambdas/proxy/target.ts";
import { clientWith, quickly } from "./fal-client.ts";
import { ENDPOINT, INITIATE, INPUT, proxyEvent, UNKNOWN_ID as requestId, SUBMIT } from "./proxy-scene.ts";

const REQUEST_URL = `https://queue.fal.run/decart/lucy-14b/requests/${requestId}`;
const WEBHOOK = "https://hooks.example.com/fal?order=7&x=ä b";

function read(method: string, target: string) {
  return readTarget(toRequest(proxyEvent(method, target), 0));
}

/** The answer to a call that is not carried out; undefined: it is carried out. */
function refusalOf(method: string, target: string) {
  const read_ = read(method, target);
  return "refusal" in read_ ? read_.refusal : undefined;
}

/** The target of a call of the real client, as we parse it. */
async function askedBy(call: (client: FalClient) => Promise<unknown>) {
  const { client, calls } = clientWith(async () =>
    Response.json({ upload_url: "https://x/y", file_url: "https://x/z" }),
  );
  await quickly(() => call(client));
  return calls
    .filter(({ headers }) => headers["x-fal-target-url"] !== undefined)
    .map(({ method, target }) => read(method, target));
}

/** A file of 91 MiB, without its bytes. */
function large(): Blob {
  const file = new Blob(["x"], { type: "image/png" });
  return Object.defineProperty(file, "size", { value: 91 * 1024 * 1024 });
}

describe("a target of fal's client", () => {
  const of = (kind: string, app = "decart/lucy-14b", wantsLogs = false) => ({ kind, app, requestId, wantsLogs });
  it.each<[string, (client: FalClient) => Promise<unknown>, object]>([
    [
      "queue.submit",
      (client) => client.queue.submit(ENDPOINT, { input: {} }),
      { kind: "submit", endpoint: ENDPOINT, webhookUrl: undefined },
    ],
    [
      "queue.submit with a webhook",
      (client) => client.queue.submit(ENDPOINT, { input: {}, webhookUrl: WEBHOOK }),
      { kind: "submit", endpoint: ENDPOINT, webhookUrl: WEBHOOK },
    ],
    [
      "queue.submit to a short endpoint",
      (client) => client.queue.submit("decart/lucy-i2v", { input: INPUT }),
      { kind: "submit", endpoint: "decart/lucy-i2v", webhookUrl: undefined },
    ],
    [
      "queue.submit to a workflow",
      (client) => client.queue.submit("workflows/acme/film/fast", { input: {} }),
      { kind: "submit", endpoint: "workflows/acme/film/fast", webhookUrl: undefined },
    ],
    ["queue.status", (client) => client.queue.status(ENDPOINT, { requestId }), of("status")],
    [
      "queue.status with logs",
      (client) => client.queue.status(ENDPOINT, { requestId, logs: true }),
      of("status", "decart/lucy-14b", true),
    ],
    [
      "queue.status of a workflow",
      (client) => client.queue.status("workflows/acme/film/fast", { requestId }),
      of("status", "workflows/acme/film"),
    ],
    [
      "queue.status of a comfy graph",
      (client) => client.queue.status("comfy/acme/film", { requestId }),
      of("status", "comfy/acme/film"),
    ],
    ["queue.streamStatus", (client) => client.queue.streamStatus(ENDPOINT, { requestId }), of("stream")],
    [
      "queue.streamStatus with logs",
      (client) => client.queue.streamStatus(ENDPOINT, { requestId, logs: true }),
      of("stream", "decart/lucy-14b", true),
    ],
    ["queue.result", (client) => client.queue.result(ENDPOINT, { requestId }), of("result")],
    ["queue.cancel", (client) => client.queue.cancel(ENDPOINT, { requestId }), of("cancel")],
    ["storage.upload", (client) => client.storage.upload(new Blob(["x"])), { kind: "initiate" }],
    ["storage.upload of 91 MiB", (client) => client.storage.upload(large()), { kind: "initiate_multipart" }],
  ])("a target of fal's client in %s is parsed correctly", async (_, call, target) => {
    expect(await askedBy(call)).toEqual([target]);
  });

  it.each<[string, (client: FalClient) => Promise<unknown>]>([
    ["run", (client) => client.run(ENDPOINT, { input: {} })],
    ["stream", (client) => client.stream(ENDPOINT, { input: {} }).then((stream) => stream.done())],
  ])("a target of fal's client in %s, which leads to no queue, is rejected", async (_, call) => {
    expect(await askedBy(call)).toEqual([{ refusal: expect.objectContaining({ status: 403 }) }]);
  });
});

describe("a target that the proxy does not serve", () => {
  it.each([
    "http://queue.fal.run/decart/lucy-14b/image-to-video",
    "https://queue.fal.run:8443/decart/lucy-14b/image-to-video",
    "https://user@queue.fal.run/decart/lucy-14b/image-to-video",
    "https://user:pass@queue.fal.run/decart/lucy-14b/image-to-video",
    "https://:pass@queue.fal.run/decart/lucy-14b/image-to-video",
    "https://queue.fal.run@evil.example/decart/lucy-14b/image-to-video",
    "https://queue.fal.run.evil.example/decart/lucy-14b/image-to-video",
    "https://queue.fal.run./decart/lucy-14b/image-to-video",
    "https://queue-fal.run/decart/lucy-14b/image-to-video",
    "https://xqueue.fal.run/decart/lucy-14b/image-to-video",
    "https://queue.fal.run\u2024evil.example/x",
    "https://fal.run/decart/lucy-14b/image-to-video",
    "https://gateway.queue.fal.run/decart/lucy-14b/image-to-video",
    "https://rest.fal.ai/",
    "https://rest.fal.ai/tokens/",
    "https://rest.fal.ai/storage/upload/initiate/",
    "https://rest.fal.ai/storage/upload/initiate-multiparts",
    "https://rest.fal.ai/storage/upload/initiate%2Dmultipart",
    "https://rest.fal.ai//storage/upload/initiate",
    "https://rest.fal.ai/x/storage/upload/initiate",
    "https://rest.beta.fal.ai/storage/upload/initiate",
    "https://restxfal.ai/storage/upload/initiate",
    "http://rest.fal.ai/storage/upload/initiate",
    "https://queue.fal.run/storage/upload/../../@rest.fal.ai:x/",
    "https://api.fal.ai/v1/models/requests/by-endpoint",
    "https://v3.fal.media/files/b/x.mp4",
    "https://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "data:text/plain,x",
    "javascript:alert(1)",
    "queue.fal.run/decart/lucy-14b/image-to-video",
    "//queue.fal.run/decart/lucy-14b/image-to-video",
    "/decart/lucy-14b/image-to-video",
    "https://",
    "",
    " ",
    "nonsense",
    "\u0000",
  ])("%j is rejected, or is an endpoint that is not configured", (target) => {
    for (const method of ["POST", "GET", "PUT"]) {
      const told = read(method, target);
      if ("refusal" in told) expect([403, 405]).toContain(told.refusal.status);
      else expect(told).toMatchObject({ kind: "submit", endpoint: expect.not.stringMatching(/^decart/) });
    }
  });

  it("a target that the proxy does not serve is rejected with 403 and a reason, as fal rejects it", () => {
    expect(refusalOf("POST", "https://fal.run/decart/lucy-14b/image-to-video")).toEqual({
      status: 403,
      headers: {},
      body: { detail: "This proxy accepts only calls to fal's queue and uploads to fal's storage." },
    });
  });

  it("a target that the proxy does not serve is 400 if it is missing", () => {
    const event = proxyEvent("POST", []);
    expect(readTarget(toRequest({ ...event, multiValueHeaders: {} }, 0))).toMatchObject({
      refusal: { status: 400, body: { detail: expect.stringContaining("x-fal-target-url") } },
    });
  });
});

describe("a target", () => {
  it.each([
    [`${SUBMIT.replace("queue.fal.run", "QUEUE.fal.run")}`, "submit"],
    [`${SUBMIT.replace("queue.fal.run", "queue.fal.run:443")}`, "submit"],
    [`${SUBMIT}#part`, "submit"],
    [INITIATE, "initiate"],
    [INITIATE.replace("rest.fal.ai", "rest.alpha.fal.ai"), "initiate"],
    [INITIATE.replace("?storage_type=fal-cdn-v3", ""), "initiate"],
  ])("%s parses correctly", (target, kind) => {
    expect(read("POST", target)).toMatchObject({ kind });
  });

  it.each(["%2F", "%2f", "/%2e%2e/", "\\"])(
    "a target with %j between its names is another endpoint, if any",
    (slash) => {
      const told = read("POST", `https://queue.fal.run/decart${slash}lucy-14b/image-to-video`);
      expect(told).toMatchObject({ kind: "submit" });
      if ("endpoint" in told) expect(told.endpoint === ENDPOINT).toBe(slash === "\\");
    },
  );

  it.each([
    ["1", true],
    ["true", true],
    ["0", false],
    ["false", false],
    ["", false],
    ["yes", false],
  ])("a target with logs=%s requests logs: %s", (logs, wantsLogs) => {
    expect(read("GET", `${REQUEST_URL}/status?logs=${logs}`)).toMatchObject({ wantsLogs });
  });

  it.each([
    ["GET", SUBMIT, "POST"],
    ["PUT", SUBMIT, "POST"],
    ["POST", `${REQUEST_URL}/status`, "GET"],
    ["PUT", `${REQUEST_URL}/status/stream`, "GET"],
    ["POST", REQUEST_URL, "GET"],
    ["PUT", REQUEST_URL, "GET"],
    ["POST", `${REQUEST_URL}/cancel`, "PUT"],
    ["GET", `${REQUEST_URL}/cancel`, "PUT"],
    ["GET", INITIATE, "POST"],
    ["PUT", INITIATE, "POST"],
  ])("a target does not accept %s: %s", (method, target, allow) => {
    expect(refusalOf(method, target)).toEqual({
      status: 405,
      headers: { allow },
      body: { detail: "Method Not Allowed" },
    });
  });

  it.each([
    ["GET", "/status"],
    ["GET", "/status/stream"],
    ["GET", ""],
    ["PUT", "/cancel"],
  ])("%s works as at fal only under owner and alias: with the whole endpoint it is 405 (%s)", (method, ending) => {
    const whole = `https://queue.fal.run/${ENDPOINT}/requests/${requestId}${ending}`;
    expect(refusalOf(method, whole)).toMatchObject({ status: 405 });
    expect(refusalOf(method, `https://queue.fal.run/workflows/a/b/c/requests/${requestId}${ending}`)).toMatchObject({
      status: 405,
    });
  });

  it.each(["x".repeat(257), "x".repeat(8000), "not%20found", "a.b", "ä"])(
    "a target contains a request id of any form: %s",
    (id) => {
      const told = read("GET", `https://queue.fal.run/decart/lucy-14b/requests/${id}/status`);
      expect(told).toMatchObject({ kind: "status", app: "decart/lucy-14b" });
    },
  );
});
