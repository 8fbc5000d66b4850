import { once } from "node:events";
import { createServer } from "node:http";
import { createFalClient } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { startFlakyProxy } from "../support/flaky-proxy.ts";
import { hostedImage } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { endpoint, errorOf, submitHeld, throughUs } from "./fal-client.ts";

const queue = "https://queue.fal.run";
const storage = "https://rest.fal.ai/storage/upload";
const id = "764cabcf-b745-4b3e-ae38-1200304cf45b";
/** A proxy of the test between the stack and fal, which counts every request to fal. */
let way: Awaited<ReturnType<typeof startFlakyProxy>>;
let emulator: FalEmulator;
let stack: EmulatorStack;
let elsewhere: Awaited<ReturnType<typeof startElsewhere>>;

beforeAll(async () => {
  elsewhere = await startElsewhere();
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
  way = await startFlakyProxy(emulator.url);
  stack = await startWithEmulator({
    FAL_ENDPOINT_URL: way.url,
    FAL_KEY: "the-service's-own-key",
    API_KEYS: "local-key,other-key",
    FIRST_CHECK_SECONDS: "3600",
  });
});

afterAll(async () => {
  await stack?.close();
  await way?.close();
  await emulator?.close();
  await elsewhere?.close();
});

describe("nothing is sent to fal for a target that is not served", () => {
  const refused: readonly (readonly [method: "GET" | "POST" | "PUT" | "DELETE", target: string])[] = [
    ["POST", "https://fal.run/decart/lucy-14b/image-to-video"],
    ["POST", `${queue}/fal-ai/flux/dev`],
    ["POST", `${queue}/decart/lucy-14b`],
    ["POST", `${queue}/decart/lucy-14b/image-to-video/more`],
    ["POST", `${queue}/decart/lucy-14b/../../fal-ai/flux/dev`],
    ["POST", `${queue}/decart%2Flucy-14b%2Fimage-to-video`],
    ["POST", `${queue}/DECART/lucy-14b/image-to-video`],
    ["POST", `${queue}//decart/lucy-14b/image-to-video`],
    ["POST", "http://queue.fal.run/decart/lucy-14b/image-to-video"],
    ["POST", "https://queue.fal.run:8443/decart/lucy-14b/image-to-video"],
    ["POST", "https://queue.fal.run.example.com/decart/lucy-14b/image-to-video"],
    ["POST", "https://queue.fal.run@example.com/decart/lucy-14b/image-to-video"],
    ["POST", "https://someone:secret@queue.fal.run/decart/lucy-14b/image-to-video"],
    ["POST", "https://example.com/queue.fal.run/decart/lucy-14b/image-to-video"],
    ["GET", "https://api.fal.ai/v1/models/billing-events?request_id=1"],
    ["GET", "https://rest.fal.ai/.well-known/jwks.json"],
    ["POST", "https://rest.fal.ai/tokens/"],
    ["POST", `${storage}/initiate/more`],
    ["POST", "https://rest.alpha.fal.ai/tokens/"],
    ["GET", "https://v3.fal.media/files/a/b.mp4"],
    ["GET", "http://169.254.169.254/latest/meta-data/"],
    ["GET", "file:///etc/passwd"],
    ["POST", "queue.fal.run/decart/lucy-14b/image-to-video"],
    ["POST", "nonsense"],
  ];

  it.each(refused)("%s %s", async (method, target) => {
    const { status, body } = await ask(method, target);
    expect([400, 403]).toContain(status);
    expect(body).toEqual({ detail: expect.any(String) });
  });

  it.each([
    ["GET", "/status"],
    ["GET", "/status/stream"],
    ["GET", ""],
    ["PUT", "/cancel"],
  ] as const)("a request for a model that is not served: %s %s", async (method, suffix) => {
    const answer = await ask(method, `${queue}/fal-ai/flux/requests/${id}${suffix}`);
    expect(answer).toEqual({ status: 404, body: { status: "NOT_FOUND" } });
  });

  it("a request without a target", async () => {
    expect(await ask("POST", undefined)).toEqual({ status: 400, body: { detail: expect.any(String) } });
    expect(await ask("GET", undefined)).toEqual({ status: 400, body: { detail: expect.any(String) } });
  });

  it("a request for another server", async () => {
    for (const method of ["GET", "POST", "PUT"] as const) {
      expect(await ask(method, elsewhere.url)).toMatchObject({ status: 403, body: { detail: expect.any(String) } });
    }
    expect(elsewhere.asked).toEqual([]);
  });

  it("a client call outside the queue", async () => {
    const fal = createFalClient(throughUs(stack.url));
    const input = { prompt: "run", image_url: hostedImage };
    expect(await errorOf(fal.run(endpoint, { input }))).toMatchObject({
      status: 403,
      body: { detail: expect.any(String) },
    });
    expect(await errorOf(fal.queue.submit("fal-ai/flux/dev", { input: { prompt: "a cat" } }))).toMatchObject({
      status: 403,
    });
    const stream = await fal.stream(endpoint, { input });
    expect(await errorOf(stream.done())).toMatchObject({ status: 403 });
  });

  it("a caller without a key, or with fal's form of authorization", async () => {
    const fal = createFalClient({ ...throughUs(stack.url, "no-such-key"), credentials: "local-key" });
    const error = await errorOf(fal.queue.submit(endpoint, { input: { prompt: "keyless", image_url: hostedImage } }));
    expect([401, 403]).toContain(error.status);
  });

  it("none of the rejected requests reaches fal", () => {
    expect(way.control.forwarded).toBe(0);
  });
});

describe("another owner's request", () => {
  it("another owner's request is not found by any call, and does not change", async () => {
    const ours = createFalClient(throughUs(stack.url));
    const theirs = createFalClient(throughUs(stack.url, "other-key"));
    await emulator.addFault({ prompt: "ours", queue_ms: 600_000 });
    const { request_id: requestId } = await ours.queue.submit(endpoint, {
      input: { prompt: "ours", image_url: hostedImage },
    });
    const before = way.control.forwarded;
    const notFound = { status: 404, body: { status: "NOT_FOUND" } };
    expect(await errorOf(theirs.queue.status(endpoint, { requestId, logs: true }))).toMatchObject(notFound);
    expect(await errorOf(theirs.queue.result(endpoint, { requestId }))).toMatchObject(notFound);
    expect(await errorOf(theirs.queue.cancel(endpoint, { requestId }))).toMatchObject(notFound);
    const stream = await theirs.queue.streamStatus(endpoint, { requestId });
    expect(await errorOf(stream.done())).toMatchObject(notFound);
    expect(way.control.forwarded).toBe(before);
    expect(await ours.queue.status(endpoint, { requestId })).toMatchObject({ status: "IN_QUEUE" });
    expect(emulator.ledger().requests).toMatchObject([{ status: "IN_QUEUE" }]);
  });

  it("another owner's request cannot have its upload used as an image", async () => {
    const ours = createFalClient(throughUs(stack.url));
    const theirs = createFalClient(throughUs(stack.url, "other-key"));
    const image_url = await theirs.storage.upload(new Blob([new Uint8Array(64)], { type: "image/png" }));
    const error = await errorOf(ours.queue.submit(endpoint, { input: { prompt: "theirs", image_url } }));
    expect([error.status, error.name]).toEqual([422, "ValidationError"]);
  });
});

describe("the sub-path form of a request's calls", () => {
  it.each([
    ["GET", ""],
    ["GET", "/status"],
    ["GET", "/status/stream"],
    ["PUT", "/cancel"],
  ] as const)("the sub-path form of a request's calls is rejected as fal rejects it: %s %s", async (method, suffix) => {
    expect((await ask(method, `${queue}/${endpoint}/requests/${id}${suffix}`)).status).toBe(405);
  });
});

describe("the service's own fal key", () => {
  it("the service's own fal key is sent to fal in place of the caller's credentials, and never to the caller", async () => {
    const fal = createFalClient({ ...throughUs(stack.url), credentials: "a key that the caller believes to be fal's" });
    const { request_id } = await submitHeld(fal, emulator.url, "with credentials", hostedImage);
    const answer = await ask("GET", `${queue}/decart/lucy-14b/requests/${request_id}/status?logs=1`);
    expect(answer).toMatchObject({ status: 202, body: { status: "IN_QUEUE" } });
    expect(JSON.stringify(answer)).not.toContain("own-key");
  });
});

/** The proxy's answer to one call for a target. */
async function ask(method: string, target: string | undefined) {
  const answer = await fetch(`${stack.url}/fal/proxy`, {
    method,
    headers: {
      "x-api-key": "local-key",
      "content-type": "application/json",
      ...(target !== undefined && { "x-fal-target-url": target }),
    },
    ...(method === "GET" ? {} : { body: JSON.stringify({ prompt: "waves", image_url: hostedImage }) }),
  });
  return { status: answer.status, body: await answer.json() };
}

/** A server that must not be called. */
async function startElsewhere() {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const close = () => new Promise((resolve) => server.close(resolve));
  return { asked, url: `http://127.0.0.1:${address.port}/decart/lucy-14b/image-to-video`, close };
}
