import { afterAll, beforeAll, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { eventually } from "./eventually.ts";
import { readMovie } from "./movie.ts";
import { readHistory, run } from "./platform.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { clientOf, endpoint, inputOf, submit, videoIn } from "./setting.ts";
import { bodyOf, fetchKeys, isSigned } from "./verify.ts";

const keptMs = 3_600_000;
const largeKeptMs = 360_000;
const whitePixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTfYEwAAAABJRU5ErkJggg==";
let emulator: FalEmulator;
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
  emulator = await startFilmedEmulator({ renderSeconds: 0, webhookRetryMs: 50 });
});
afterAll(() => Promise.all([emulator.close(), receiver.close()]));

function decode(url: string): Buffer<ArrayBuffer> {
  const [head = "", base64 = ""] = url.split(",");
  expect(head).toBe("data:video/mp4;base64");
  return Buffer.from(base64, "base64");
}

function keptFor({ ended_at = "", expires_at = "" }) {
  return Date.parse(expires_at) - Date.parse(ended_at);
}

test("a 20 MB video is delivered inline, signed, by webhook and by result, and plays", async () => {
  await emulator.addFault({ prompt: "20 MB", video_bytes: 20_000_000 });
  const { request_id } = await submit(emulator.url, inputOf("20 MB", { sync_mode: true }), `${receiver.url}/inline`);
  const delivery = await eventually("the webhook", () => receiver.at("/inline")[0]);
  expect(isSigned(delivery, await fetchKeys(emulator.url))).toBe(true);
  const { data } = await clientOf(emulator.url).queue.result(endpoint, { requestId: request_id });
  expect(bodyOf(delivery).payload).toEqual(data);
  expect(videoIn(data)).toMatchObject({ content_type: "video/mp4", file_size: 20_000_000 });
  const bytes = decode(videoIn(data).url);
  expect(bytes).toHaveLength(20_000_000);
  expect((await readMovie(bytes)).tracks[0]).toMatchObject({ video: { width: 1280, height: 720 } });
});

test("a receiver that finds the body too large gets it again until it accepts it", async () => {
  receiver.answer("/too-large", 413, 413);
  await emulator.addFault({ prompt: "too large", video_bytes: 12_000_000, result: "data_uri" });
  const { request_id } = await submit(emulator.url, inputOf("too large"), `${receiver.url}/too-large`);
  const delivered = () => {
    return emulator.ledger().deliveries.find((each) => each.request_id === request_id && each.state === "delivered");
  };
  const { attempts } = await eventually("the delivery", delivered);
  expect(attempts.map(({ status }) => status)).toEqual([413, 413, 200]);
  const lengths = receiver.at("/too-large").map(({ raw }) => raw.length);
  expect(new Set(lengths).size).toBe(1);
  expect(lengths[0]).toBeGreaterThan(16_000_000);
});

test("the same film is padded for one request and unpadded for another, hosted or inline", async () => {
  await emulator.addFault({ prompt: "padded", video_bytes: 1_000_000 });
  const padded = videoIn((await run(emulator, inputOf("padded"))).outcome?.body);
  const plain = videoIn((await run(emulator, inputOf("plain"))).outcome?.body);
  expect([padded.file_size, plain.file_size < 1_000_000]).toEqual([1_000_000, true]);
  const bytes = Buffer.from(await (await fetch(padded.url)).arrayBuffer());
  expect(bytes).toHaveLength(1_000_000);
  expect((await readMovie(bytes)).tracks).toHaveLength(1);
  await emulator.addFault({ prompt: "large already", video_bytes: 10 });
  expect(videoIn((await run(emulator, inputOf("large already"))).outcome?.body).file_size).toBe(plain.file_size);
  await expect(emulator.addFault({ video_bytes: 48_000_001 })).rejects.toThrow("video_bytes");
});

test("an inline result above 10 KB of JSON expires within minutes, and its bytes are in neither ledger nor history", async () => {
  const large = await run(emulator, inputOf("large", { sync_mode: true }));
  const small = await run(emulator, inputOf("small", { sync_mode: true, image_url: whitePixel }));
  expect([large, small].map(keptFor)).toEqual([largeKeptMs, keptMs]);
  expect(JSON.stringify(large.outcome).length).toBeLessThan(1_000);
  const { items } = await readHistory(emulator.url, { request_id: large.request_id });
  expect(items).toMatchObject([{ status_code: 200, json_input: { prompt: "large" } }]);
  expect(items[0]).not.toHaveProperty("json_output");
});
