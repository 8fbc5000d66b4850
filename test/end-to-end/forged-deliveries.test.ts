import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SIGNING_KEYS_COOLDOWN_MS } from "../../lambdas/limits.ts";
import type { Delivery } from "../support/other-fal/delivery.ts";
import { type FalRequest, videoUrl } from "../support/other-fal/request.ts";
import { call, hostedImage, submit, waitUntilKept, waitUntilSettled } from "./caller.ts";
import { type OtherFalStack, startAgainstOtherFal } from "./other-fal-stack.ts";

/** The attacker knows the webhook URL with its token, and fal signs for all its customers. */
type Target = { readonly request: FalRequest; readonly genuine: Delivery };
type Sent = { readonly url?: string; readonly body?: string; readonly headers?: Record<string, string | string[]> };

const names = ["request-id", "user-id", "timestamp", "signature"].map((name) => `x-fal-webhook-${name}`);
const signatureHeader = "x-fal-webhook-signature";
const timestampHeader = "x-fal-webhook-timestamp";
const toleranceSeconds = 300;
let stack: OtherFalStack;
let startedAt: number;
let ours: Target;
let other: Target;

beforeAll(async () => {
  // No check by the sweep comes between, so only a webhook could change a job.
  startedAt = Date.now();
  stack = await startAgainstOtherFal({ FIRST_CHECK_SECONDS: "3600" });
});

beforeEach(async () => {
  [ours, other] = await Promise.all([startJob(), startJob()]);
});

afterAll(() => stack?.close());

const now = () => Math.floor(Date.now() / 1000);
const video = { video: { url: "https://attacker.example.com/video.mp4" } };
const said = (requestId: string) => ({
  error: null,
  gateway_request_id: requestId,
  payload: video,
  request_id: requestId,
  status: "OK",
});
/** The genuine delivery with headers changed. */
const withHeaders = (change: (headers: Readonly<Record<string, string>>) => Sent["headers"]): Sent => ({
  headers: { ...ours.genuine.headers, ...change(ours.genuine.headers) },
});
const withSignature = (change: (signature: string) => string): Sent =>
  withHeaders((headers) => ({ [signatureHeader]: change(headers[signatureHeader] ?? "") }));
const genuineAt = (timestamp: number): Sent =>
  stack.fal.sign(ours.genuine.body, { requestId: ours.request.id, timestamp });

const forgeries: Record<string, () => Sent> = {
  "no signature": () => ({ headers: { "content-type": "application/json" } }),
  ...Object.fromEntries(names.map((name) => [`no ${name}`, () => withHeaders(() => ({ [name]: "" }))])),
  "a signature of nothing": () => withSignature(() => "00".repeat(64)),
  "one bit changed": () =>
    withSignature((hex) => `${hex.slice(0, -1)}${(Number.parseInt(hex.slice(-1), 16) ^ 1).toString(16)}`),
  "truncated hex": () => withSignature((hex) => hex.slice(0, 126)),
  "half a digit short": () => withSignature((hex) => hex.slice(0, 127)),
  "hex with more after it": () => withSignature((hex) => `${hex}00`),
  "upper-case hex": () => withSignature((hex) => hex.toUpperCase()),
  base64: () => withSignature((hex) => Buffer.from(hex, "hex").toString("base64")),
  base64url: () => withSignature((hex) => Buffer.from(hex, "hex").toString("base64url")),
  "a scheme before the hex": () => withSignature((hex) => `0x${hex}`),
  "a stale signature": () => genuineAt(now() - toleranceSeconds - 5),
  "a signature from the future": () => genuineAt(now() + toleranceSeconds + 60),
  "a timestamp in milliseconds": () => genuineAt(Date.now()),
  "a timestamp that was not signed": () =>
    withHeaders((all) => ({ [timestampHeader]: String(Number(all[timestampHeader]) - 1) })),
  "another body under the genuine signature": () => ({ body: ours.genuine.body.replace('"OK"', '"ERROR"') }),
  "the genuine body written anew": () => ({ body: JSON.stringify(JSON.parse(ours.genuine.body)) }),
  "a foreign account's name": () => withHeaders(() => ({ "x-fal-webhook-user-id": "user_2" })),
  "a foreign account's own delivery": () => stack.fal.sign(said("foreign"), { requestId: "foreign", userId: "user_2" }),
  "a foreign account's delivery that says our request id": () =>
    stack.fal.sign(
      { ...said(ours.request.id), gateway_request_id: "foreign" },
      { requestId: "other", userId: "user_2" },
    ),
  "a foreign request with ours as its gateway id": () =>
    stack.fal.sign({ ...said("foreign"), gateway_request_id: ours.request.id }, { requestId: ours.request.id }),
  "the right signature of another job": () => other.genuine,
  "another job's signature over our body": () => ({ headers: other.genuine.headers, body: ours.genuine.body }),
  "our delivery under another job's token": () => ({
    url: ours.request.webhookUrl.replace(tokenOf(ours), tokenOf(other)),
  }),
  "our delivery under a token in the other case": () => ({
    url: ours.request.webhookUrl.replace(tokenOf(ours), swapCase),
  }),
  "our delivery under a shorter token": () => ({ url: ours.request.webhookUrl.slice(0, -1) }),
  "our delivery under an id that does not exist": () => ({
    url: ours.request.webhookUrl.replace(ours.request.jobId, "0".repeat(32)),
  }),
  ...Object.fromEntries(
    names.map((name) => [
      `${name} twice`,
      () => withHeaders((all) => ({ [name]: [all[name] ?? "", all[name] ?? ""] })),
    ]),
  ),
  "a second signature before the right one": () =>
    withHeaders((all) => ({ [signatureHeader]: ["00".repeat(64), all[signatureHeader] ?? ""] })),
  "the right signature before a second one": () =>
    withHeaders((all) => ({ [signatureHeader]: [all[signatureHeader] ?? "", "00".repeat(64)] })),
  "two signatures with a comma between": () => withSignature((hex) => `${hex}, ${hex}`),
  "no body": () => stack.fal.sign("", { requestId: ours.request.id }),
  "a signed body that is not JSON": () => stack.fal.sign("{", { requestId: ours.request.id }),
  "a signed body without a request id": () => stack.fal.sign({ status: "OK" }, { requestId: ours.request.id }),
};

describe("a forged webhook changes nothing, and the valid one still settles the job", () => {
  it.each(Object.keys(forgeries))("%s", async (name) => {
    const before = await read(ours);
    const sent = forgeries[name]?.() ?? {};
    // Twice: a rejection must not help the next try.
    for (const status of [await post(sent), await post(sent)]) expect([400, 401, 404]).toContain(status);
    expect(await read(ours)).toEqual(before);
    expect(await read(other)).toMatchObject({ status: "queued" });

    expect(await post({})).toBe(200);
    const job = await waitUntilSettled(stack.api, ours.request.jobId);
    expect(job).toMatchObject({ status: "succeeded", settled_by: "webhook", request_id: ours.request.id });
    expect(job.result?.video.url).toBe(videoUrl(ours.request.id));
  });
});

describe("a replayed webhook", () => {
  it("a replayed webhook of a settled job is acknowledged and changes nothing, whatever its body", async () => {
    expect(await post({})).toBe(200);
    // The sweep copies the video; after that nothing else changes the job.
    const settled = await waitUntilKept(stack.api, ours.request.jobId);
    const again = [
      {},
      genuineAt(now() - 60),
      stack.fal.sign({ ...said(ours.request.id), status: "ERROR", error: "no" }, { requestId: ours.request.id }),
    ];
    for (const sent of again) expect(await post(sent)).toBe(200);
    expect(await read(ours)).toEqual(settled);
  });

  it("a replayed webhook of another job or another request is rejected and changes nothing", async () => {
    expect(await post({})).toBe(200);
    // The sweep copies the video; after that nothing else changes the job.
    const settled = await waitUntilKept(stack.api, ours.request.jobId);
    expect(await post(other.genuine)).toBe(404);
    expect(await post(stack.fal.sign(said("foreign"), { requestId: "foreign" }))).toBe(404);
    expect(await read(ours)).toEqual(settled);
    expect(await read(other)).toMatchObject({ status: "queued" });
  });
});

it("a flood of forged webhooks causes at most one request to fal's key host per cool-down", () => {
  const cooldowns = Math.ceil((Date.now() - startedAt) / SIGNING_KEYS_COOLDOWN_MS);
  expect(stack.fal.callsTo("jwks.json")).toBeLessThanOrEqual(1 + cooldowns);
});

async function startJob(): Promise<Target> {
  const prompt = `by hand ${crypto.randomUUID()}`;
  stack.fal.script(prompt, { pace: "by_hand" });
  const { body } = await submit(stack.api, { prompt, image_url: hostedImage });
  const [request] = stack.fal.requestsOf(body.id);
  if (!request) throw new Error("fal has no request for the job");
  return { request, genuine: stack.fal.deliveryOf(request) };
}

async function read({ request }: Target): Promise<unknown> {
  return (await call(stack.api, `/jobs/${request.jobId}`)).body;
}

/** The genuine webhook of our job with the given changes, over a client that can send a header twice. */
function post({ url = ours.request.webhookUrl, body = ours.genuine.body, headers = ours.genuine.headers }: Sent) {
  const kept = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ""));
  return new Promise<number>((resolve, reject) => {
    const sent = httpRequest(url, { method: "POST", headers: kept }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode ?? 0));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

function tokenOf({ request }: Target): string {
  return request.webhookUrl.slice(request.webhookUrl.lastIndexOf("/") + 1);
}

function swapCase(text: string): string {
  const upper = text.toUpperCase();
  return upper === text ? text.toLowerCase() : upper;
}
