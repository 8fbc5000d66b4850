import { randomBytes } from "node:crypto";
import { fal, type QueueStatus, ValidationError } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { PICTURES } from "../support/pictures.ts";
import { addFaults, hostedImage, inlineImage, sampleImage } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import {
  endpoint,
  errorOf,
  type FalConfig,
  fetchFilm,
  messagesOf,
  readAtFal,
  straightTo,
  submitHeld,
  throughUs,
} from "./fal-client.ts";

/** The samples are from fal's documentation of its client; only the client's configuration differs. */
const configurations: Record<string, () => FalConfig> = {
  ...(effort.samplesAtEmulator && { "fal itself": () => straightTo(stack.falUrl) }),
  "fal-jobs": () => throughUs(stack.url),
};
const states = ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"];
const lastLine = "frame 30/30";
/** In the queue long enough for every state to be visible, even on a busy machine. */
const slowMs = 2_500;
let stack: EmulatorStack;

beforeAll(async () => {
  // Longer than fal is not asked again (rule P32), so that the client sees every state.
  stack = await startWithEmulator({ RENDER_SECONDS: "3", FAL_UPLOADS_PER_DAY: "1" });
});

afterAll(() => stack?.close());

describe.each(Object.entries(configurations))("against %s", (name, configure) => {
  beforeAll(() => fal.config(configure()));

  const promptOf = (what: string) => `${what} for ${name}`;
  const slowly = async (what: string) => {
    await addFaults(stack.falUrl, { prompt: promptOf(what), queue_ms: slowMs });
    return promptOf(what);
  };
  const held = (what: string) => submitHeld(fal, stack.falUrl, promptOf(what), hostedImage);

  it("subscribe reports queue updates and logs, and returns the video", async () => {
    const updates: QueueStatus[] = [];
    const lines: string[] = [];
    const result = await fal.subscribe(endpoint, {
      input: { prompt: promptOf("subscribed"), image_url: await sampleImage(), aspect_ratio: "9:16" },
      logs: true,
      pollInterval: 100,
      onQueueUpdate: (update) => {
        updates.push(update);
        if (update.status === "IN_PROGRESS") lines.push(...update.logs.map((log) => log.message));
      },
    });
    expect(states).toEqual(expect.arrayContaining(updates.map(({ status }) => status)));
    expect(updates.at(-1)).toMatchObject({ status: "COMPLETED", request_id: result.requestId });
    expect(messagesOf(lastOf(updates))).toContain(lastLine);
    expect(lines).toContain("frame 3/30");
    expect(result.data.video).toMatchObject({ content_type: "video/mp4", file_name: "output.mp4" });
    expect(await fetchFilm(result.data)).toHaveLength(result.data.video.file_size);
  });

  it("subscribe also goes through every state in streaming mode", async () => {
    const updates: QueueStatus[] = [];
    const enqueued: string[] = [];
    const result = await fal.subscribe(endpoint, {
      input: { prompt: await slowly("streamed"), image_url: hostedImage, sync_mode: false },
      mode: "streaming",
      logs: true,
      timeout: 90_000,
      onEnqueue: (requestId) => enqueued.push(requestId),
      onQueueUpdate: (update) => void updates.push(update),
    });
    expect([...new Set(updates.map(({ status }) => status))]).toEqual(states);
    expect(enqueued).toEqual([result.requestId]);
    expect(messagesOf(lastOf(updates))).toHaveLength(10);
    await fetchFilm(result.data);
  });

  it("subscribe gives up after its timeout and cancels the request", async () => {
    await addFaults(stack.falUrl, { prompt: promptOf("given up"), queue_ms: 600_000 });
    const enqueued: string[] = [];
    const work = fal.subscribe(endpoint, {
      input: { prompt: promptOf("given up"), image_url: hostedImage },
      timeout: 500,
      pollInterval: 100,
      onEnqueue: (requestId) => enqueued.push(requestId),
    });
    await expect(work).rejects.toThrow("Client timed out waiting for the request to complete after 500ms");
    const [requestId = ""] = enqueued;
    await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: 100 });
    expect(await errorOf(fal.queue.result(endpoint, { requestId }))).toMatchObject({ status: 499 });
  });

  it("queue.submit returns the request's id and URLs; queue.status and queue.result follow it", async () => {
    const submitted = await fal.queue.submit(endpoint, {
      input: { prompt: await slowly("followed"), image_url: inlineImage, sync_mode: false },
    });
    const { request_id: requestId } = submitted;
    const base = `https://queue.fal.run/decart/lucy-14b/requests/${requestId}`;
    const urls = { response_url: base, status_url: `${base}/status`, cancel_url: `${base}/cancel` };
    expect(submitted).toMatchObject({ status: "IN_QUEUE", ...urls, queue_position: expect.any(Number) });

    const early = await errorOf(fal.queue.result(endpoint, { requestId }));
    expect(early).toMatchObject({ status: 400, requestId, body: { detail: "Request is still in progress" } });
    const open = await fal.queue.status(endpoint, { requestId });
    expect(open).toMatchObject({ status: expect.stringMatching(/^IN_/), request_id: requestId, ...urls, logs: null });

    await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: 100 });
    const done = await fal.queue.status(endpoint, { requestId, logs: true });
    expect(done).toMatchObject({ status: "COMPLETED", ...urls, metrics: { inference_time: expect.any(Number) } });
    expect(messagesOf(done)).toHaveLength(10);
    const result = await fal.queue.result(endpoint, { requestId });
    expect(result.requestId).toBe(requestId);
    await fetchFilm(result.data);
    expect(await errorOf(fal.queue.cancel(endpoint, { requestId }))).toMatchObject({
      status: 400,
      body: { status: "ALREADY_COMPLETED" },
    });
  });

  it("queue.streamStatus can be iterated to the end", async () => {
    const { request_id: requestId } = await fal.queue.submit(endpoint, {
      input: { prompt: await slowly("iterated"), image_url: hostedImage },
    });
    const stream = await fal.queue.streamStatus(endpoint, { requestId, logs: true });
    const statuses: QueueStatus[] = [];
    for await (const status of stream) statuses.push(status);
    expect([...new Set(statuses.map(({ status }) => status))]).toEqual(states);
    expect(statuses.flatMap(messagesOf)).toHaveLength(10);
    expect(await stream.done()).toMatchObject({ status: "COMPLETED", request_id: requestId });
  });

  it("queue.cancel cancels a waiting request, as the result shows", async () => {
    const { request_id: requestId } = await held("canceled");
    await fal.queue.cancel(endpoint, { requestId });
    await fal.queue.subscribeToStatus(endpoint, { requestId, pollInterval: 100 });
    expect(await errorOf(fal.queue.result(endpoint, { requestId }))).toMatchObject({
      status: 499,
      requestId,
      body: { detail: expect.any(String), error_type: "client_cancelled" },
    });
  });

  it("priority, hint, startTimeout and storageSettings reach fal", async () => {
    await fal.queue.submit(endpoint, {
      input: { prompt: promptOf("urgent"), image_url: hostedImage },
      priority: "low",
      hint: "lora-a",
      startTimeout: 250,
      storageSettings: { expiresIn: "1d", initialAcl: { default: "hide" } },
    });
    const { headers } = await readAtFal(stack.falUrl, promptOf("urgent"));
    expect(headers).toMatchObject({ "x-fal-queue-priority": "low", "x-fal-runner-hint": "lora-a" });
    expect(Number(headers["x-fal-request-timeout"])).toBeGreaterThan(150);
    expect(Number(headers["x-fal-request-timeout"])).toBeLessThanOrEqual(250);
    expect(JSON.parse(headers["x-fal-object-lifecycle-preference"] ?? "")).toEqual({
      expiration_duration_seconds: 86_400,
      initial_acl: { default: "hide" },
    });
  });

  it("x-fal-no-retry and x-fal-disable-fallbacks reach fal", async () => {
    await fal.queue.submit(endpoint, {
      input: { prompt: promptOf("once only"), image_url: hostedImage },
      headers: { "x-fal-no-retry": "1", "x-fal-disable-fallbacks": "1" },
    });
    const { headers } = await readAtFal(stack.falUrl, promptOf("once only"));
    expect(headers).toMatchObject({ "x-fal-no-retry": "1", "x-fal-disable-fallbacks": "1" });
  });

  it("a request that does not start in time ends with the caller's own timeout", async () => {
    await addFaults(stack.falUrl, { prompt: promptOf("late"), queue_ms: 600_000, times: "all" });
    const input = { prompt: promptOf("late"), image_url: hostedImage };
    const error = await errorOf(fal.subscribe(endpoint, { input, startTimeout: 2, pollInterval: 100 }));
    expect(error).toMatchObject({ status: 504, isUserTimeout: true, body: { error_type: "request_timeout" } });
  });

  it("sync_mode returns the video inline", async () => {
    const { data } = await fal.subscribe(endpoint, {
      input: { prompt: promptOf("inline"), image_url: inlineImage, sync_mode: true },
      pollInterval: 100,
    });
    expect(data.video.url).toMatch(/^data:video\/mp4;base64,/);
    await fetchFilm(data);
  });

  it("invalid input is a ValidationError that names each field", async () => {
    const work = fal.subscribe(endpoint, { input: { image_url: hostedImage, aspect_ratio: "1:1" }, pollInterval: 100 });
    const error = await errorOf(work);
    if (!(error instanceof ValidationError)) throw error;
    expect(error.status).toBe(422);
    expect(error.getFieldErrors("prompt")).toMatchObject([{ loc: ["body", "prompt"], type: "missing" }]);
    expect(error.getFieldErrors("aspect_ratio")).toMatchObject([{ loc: ["body", "aspect_ratio"], type: "one_of" }]);
    expect(error.fieldErrors).toHaveLength(2);
  });

  it.each([
    ["content_policy_violation", 422, "ValidationError"],
    ["internal_server_error", 500, "ApiError"],
    ["runner_server_error", 500, "ApiError"],
  ] as const)("a failure has fal's own message: %s", async (outcome, status, errorName) => {
    await addFaults(stack.falUrl, { prompt: promptOf(outcome), outcome });
    const input = { prompt: promptOf(outcome), image_url: hostedImage };
    const error = await errorOf(fal.subscribe(endpoint, { input, pollInterval: 100 }));
    expect([error.status, error.name, error.requestId]).toEqual([status, errorName, expect.stringMatching(/./)]);
    expect(JSON.stringify(error.body)).toContain(outcome);
  });

  it("an unknown request is not found", async () => {
    const requestId = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    const notFound = { status: 404, body: { status: "NOT_FOUND" } };
    expect(await errorOf(fal.queue.status(endpoint, { requestId }))).toMatchObject(notFound);
    expect(await errorOf(fal.queue.result(endpoint, { requestId }))).toMatchObject(notFound);
    expect(await errorOf(fal.queue.cancel(endpoint, { requestId }))).toMatchObject(notFound);
    const stream = await fal.queue.streamStatus(endpoint, { requestId });
    expect(await errorOf(stream.done())).toMatchObject(notFound);
  });

  it.each(["image/png", "image/jpeg", "image/webp"] as const)(
    "storage.upload returns a URL to submit: %s",
    async (type) => {
      const file = new File([PICTURES[type]], `my picture.${type.slice(6)}`, { type });
      const image_url = await fal.storage.upload(file);
      expect(image_url).toMatch(/^https?:\/\//);
      await expectSeen(promptOf(type), { image_url }, PICTURES[type]);
    },
  );

  it("the client uploads a File in the input", async () => {
    const picture = new File([PICTURES["image/webp"]], "picture.webp", { type: "image/webp" });
    await expectSeen(promptOf("attached"), { image_url: picture }, PICTURES["image/webp"]);
  });

  it.runIf(effort.largeUpload)("a file above 90 MiB is uploaded in parts", async () => {
    const bytes = randomBytes(91 * 1024 * 1024);
    const url = await fal.storage.upload(new Blob([bytes], { type: "image/webp" }));
    const stored = await fetch(url.replace(/^https:\/(?=\/v3\.)/, stack.falUrl), { headers: { range: "bytes=-7" } });
    expect(stored.headers.get("content-range")).toBe(`bytes ${bytes.length - 7}-${bytes.length - 1}/${bytes.length}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(bytes.subarray(-7))).toBe(true);
  });

  it("a data URI in the input is used unchanged", async () => {
    await expectSeen(promptOf("inlined"), { image_url: inlineImage }, PICTURES["image/png"]);
  });
});

/** Subscribes, and checks that fal received exactly these bytes. */
async function expectSeen(prompt: string, input: object, picture: Buffer): Promise<void> {
  const { data } = await fal.subscribe(endpoint, { input: { prompt, ...input }, pollInterval: 100 });
  await fetchFilm(data);
  const { image_url } = (await readAtFal(stack.falUrl, prompt)).input as { image_url: string };
  const seen = await fetch(image_url.replace(/^https:\/(?=\/v3\.)/, stack.falUrl));
  expect(Buffer.from(await seen.arrayBuffer()).equals(picture)).toBe(true);
}

function lastOf(updates: readonly QueueStatus[]): QueueStatus {
  const last = updates.at(-1);
  if (last === undefined) throw new Error("there was no update");
  return last;
}
