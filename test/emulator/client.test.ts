import { randomBytes } from "node:crypto";
import { ApiError, type QueueStatus } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { clientOf, endpoint, inputOf, post, requestCall, sample, submit, videoIn } from "./setting.ts";

let emulator: FalEmulator;
let fal: ReturnType<typeof clientOf>;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 1 });
  fal = clientOf(emulator.url);
});
afterAll(() => emulator.close());

async function refusalOf(work: Promise<unknown>): Promise<ApiError<unknown>> {
  const refusal = await work.catch((error: unknown) => error);
  if (refusal instanceof ApiError) return refusal;
  throw new Error("The call was not refused.");
}

describe("the unmodified client", () => {
  test.each(["polling", "streaming"] as const)(
    "the unmodified client subscribes by %s through every state, with logs, and gets a video",
    async (mode) => {
      const updates: QueueStatus[] = [];
      const result = await fal.subscribe(endpoint, {
        input: inputOf("a lighthouse"),
        mode,
        logs: true,
        pollInterval: 50,
        onQueueUpdate: (update) => void updates.push(update),
      });
      expect([...new Set(updates.map((update) => update.status))]).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
      const positions = updates.flatMap((update) => (update.status === "IN_QUEUE" ? [update.queue_position] : []));
      expect(positions).toEqual([...positions].sort((a, b) => b - a));
      const last = updates.at(-1);
      expect(last && "logs" in last && last.logs.map((line) => line.message)).toContain("frame 6/30");
      expect(last && "logs" in last && last.logs).toHaveLength(10);
      expect(result.requestId).toBe(last?.request_id);
      const video = await fetch(videoIn(result.data).url);
      expect(video.headers.get("content-type")).toBe("video/mp4");
      expect(Number(video.headers.get("content-length"))).toBe(videoIn(result.data).file_size);
      expect((await video.arrayBuffer()).byteLength).toBe(videoIn(result.data).file_size);
    },
  );

  test("the unmodified client uploads a file whose URL is accepted as an image", async () => {
    const image_url = await fal.storage.upload(new File([sample], "my light house.jpg", { type: "image/jpeg" }));
    expect(image_url).toMatch(/^https:\/\/v3\.fal\.media\/files\/[\w.-]+_my_light_house\.jpg$/);
    const stored = await fetch(image_url.replace("https:/", emulator.url));
    expect(Buffer.from(await stored.arrayBuffer()).equals(sample)).toBe(true);
    const { data } = await fal.subscribe(endpoint, { input: inputOf("uploaded", { image_url }), pollInterval: 50 });
    expect(videoIn(data).url).toContain(`${emulator.url}/v3.fal.media/files/b/`);
  });

  test.each([
    [90, "whole"],
    [91, "in parts"],
  ])("the unmodified client uploads %i MiB %s, and the content type is preserved", async (mebibytes) => {
    const bytes = randomBytes(mebibytes * 1024 * 1024);
    const url = await fal.storage.upload(new Blob([bytes], { type: "image/webp" }));
    const stored = await fetch(url.replace("https:/", emulator.url), { headers: { range: "bytes=-7" } });
    expect(stored.headers.get("content-type")).toBe("image/webp");
    expect(stored.headers.get("content-range")).toBe(`bytes ${bytes.length - 7}-${bytes.length - 1}/${bytes.length}`);
    expect(Buffer.from(await stored.arrayBuffer()).equals(bytes.subarray(-7))).toBe(true);
  });

  test("the unmodified client gets the video inline in sync mode, which is the model's default", async () => {
    const { data } = await fal.subscribe(endpoint, {
      input: inputOf("inline", { sync_mode: undefined }),
      pollInterval: 50,
    });
    expect(
      Buffer.from(videoIn(data).url.replace("data:video/mp4;base64,", ""), "base64").toString("latin1", 4, 8),
    ).toBe("ftyp");
  });

  test("the unmodified client cancels a waiting request: the result is 499, nothing is billed, and a second cancel is rejected", async () => {
    const { request_id } = await fal.queue.submit(endpoint, { input: inputOf("cancelled") });
    await fal.queue.cancel(endpoint, { requestId: request_id });
    expect((await fal.queue.status(endpoint, { requestId: request_id })).status).toBe("COMPLETED");
    const refusal = await refusalOf(fal.queue.result(endpoint, { requestId: request_id }));
    expect(refusal).toMatchObject({ status: 499, requestId: request_id, body: { error_type: "client_cancelled" } });
    const again = await refusalOf(fal.queue.cancel(endpoint, { requestId: request_id }));
    expect(again).toMatchObject({ status: 400, body: { status: "ALREADY_COMPLETED" } });
    expect(emulator.ledger().requests.find((request) => request.request_id === request_id)?.billed).toBe(false);
  });

  test("the unmodified client gets all field errors only after the request has run", async () => {
    const { request_id } = await fal.queue.submit(endpoint, { input: { aspect_ratio: "1:1", sync_mode: "yes" } });
    await fal.queue.subscribeToStatus(endpoint, { requestId: request_id, pollInterval: 50 });
    const { status, body } = await refusalOf(fal.queue.result(endpoint, { requestId: request_id }));
    expect(status).toBe(422);
    expect(body).toMatchObject({
      detail: [
        { loc: ["body", "sync_mode"], type: "bool_type", input: "yes" },
        { loc: ["body", "prompt"], type: "missing" },
        { loc: ["body", "image_url"], type: "missing" },
        { loc: ["body", "aspect_ratio"], type: "one_of", ctx: { permitted: ["16:9", "9:16"] }, input: "1:1" },
      ],
    });
  });

  test.each([
    ["http://127.0.0.1:9/gone.jpg", "file_download_error"],
    ["https://v3.fal.media/files/never-uploaded.png", "file_download_error"],
    ["https://pictures.invalid/bay.jpg", "file_download_error"],
    ["no URL at all", "file_download_error"],
    ["data:image/png;base64,bm8gaW1hZ2U=", "image_load_error"],
  ])("the unmodified client gets an error that %s cannot be loaded: %s", async (image_url, type) => {
    const work = fal.subscribe(endpoint, { input: inputOf("bad image", { image_url }), pollInterval: 50 });
    const { body } = await refusalOf(work);
    expect(body).toMatchObject({ detail: [{ loc: ["body", "image_url"], type, input: image_url }] });
  });

  test("the unmodified client gets 504 for a request that did not start in time and never ran", async () => {
    await emulator.addFault({ prompt: "too late", queue_ms: 60_000 });
    const work = fal.subscribe(endpoint, { input: inputOf("too late"), startTimeout: 1.1, pollInterval: 50 });
    const refusal = await refusalOf(work);
    expect(refusal).toMatchObject({ status: 504, isUserTimeout: true, body: { error_type: "request_timeout" } });
    const request = emulator.ledger().requests.find(({ request_id }) => request_id === refusal.requestId);
    expect(request).toMatchObject({ billed: false, status: "COMPLETED" });
    expect(request?.started_at).toBeUndefined();
  });
});

describe("the wire protocol", () => {
  test("the wire protocol rejects malformed JSON, unknown applications and calls without a key", async () => {
    expect((await post(emulator.url, "{")).status).toBe(400);
    expect(
      (
        await fetch(`${emulator.url}/queue.fal.run/decart/nothing`, {
          method: "POST",
          headers: { authorization: "Key a" },
        })
      ).status,
    ).toBe(404);
    expect((await post(emulator.url, {}, { headers: { authorization: "" } })).status).toBe(401);
    expect((await requestCall(emulator.url, "unknown", "/status")).status).toBe(404);
  });

  test("the wire protocol accepts only its own key when one is configured", async () => {
    const keyed = await startFalEmulator({ falKey: "right" });
    expect((await post(keyed.url, {}, { headers: { authorization: "Key wrong" } })).status).toBe(401);
    expect((await post(keyed.url, {}, { headers: { authorization: "Key right" } })).status).toBe(200);
    await keyed.close();
  });

  test("the wire protocol answers status 202 and result 400 until the end, 405 to the sub-path form, and includes the request id in each answer", async () => {
    const { request_id, status_url } = await submit(emulator.url, inputOf("on the wire"));
    expect(status_url).toBe(`https://queue.fal.run/decart/lucy-14b/requests/${request_id}/status`);
    const status = await requestCall(emulator.url, request_id, "/status?logs=0");
    expect([status.status, status.headers.get("x-fal-request-id")]).toEqual([202, request_id]);
    expect(await status.json()).toMatchObject({ status: "IN_QUEUE", logs: null });
    expect((await requestCall(emulator.url, request_id)).status).toBe(400);
    for (const suffix of ["", "/status", "/cancel"]) {
      const subPath = `${emulator.url}/queue.fal.run/${endpoint}/requests/${request_id}${suffix}`;
      expect((await fetch(subPath, { headers: { authorization: "Key test-key" } })).status).toBe(405);
    }
    await clientOf(emulator.url).queue.subscribeToStatus(endpoint, { requestId: request_id, pollInterval: 50 });
    const result = await requestCall(emulator.url, request_id);
    expect([result.status, result.headers.get("x-fal-billable-units")]).toEqual([200, "2.5"]);
  });

  test("the wire protocol counts in queue_position the requests that wait before this one", async () => {
    await emulator.reset();
    await emulator.addFault({ queue_ms: 60_000, times: 3 });
    const positions: number[] = [];
    for (const prompt of ["a", "b", "c"]) positions.push((await submit(emulator.url, inputOf(prompt))).queue_position);
    expect(positions).toEqual([0, 1, 2]);
  });

  test("the wire protocol records every POST with the digest of its body and its answer", async () => {
    await emulator.reset();
    await post(emulator.url, "{");
    const { request_id } = await submit(emulator.url, inputOf("counted"));
    const ledger = await (await fetch(`${emulator.url}/_emulator/ledger`)).json();
    expect(ledger).toMatchObject({
      posts: [
        { answer: 400, body_sha256: "021fb596db81e6d02bf3d2586ee3981fe519f275c0ac9ca76bbcf2ebb4097d96" },
        { answer: 200, request_id, endpoint },
      ],
      requests: [{ request_id, endpoint, input: { prompt: "counted" } }],
    });
  });
});
