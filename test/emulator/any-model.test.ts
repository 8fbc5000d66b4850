import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { eventually } from "./eventually.ts";
import { readMovie } from "./movie.ts";
import { callHistory, callPlatform } from "./platform.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { clientOf, sampleUri, videoIn } from "./setting.ts";
import { bodyOf } from "./verify.ts";

const anything = "fal-ai/any-video/v2/image-to-video";
const green = await sharp({ create: { width: 64, height: 36, channels: 3, background: "#080" } })
  .png()
  .toBuffer();
const greenUri = `data:image/png;base64,${green.toString("base64")}`;
let emulator: FalEmulator;
let receiver: Receiver;
let fal: ReturnType<typeof clientOf>;

beforeAll(async () => {
  receiver = await startReceiver();
  emulator = await startFilmedEmulator({ renderSeconds: 0, adminKey: "admin-key", endpointIds: [anything, "a/b"] });
  fal = clientOf(emulator.url);
});
afterAll(() => Promise.all([emulator.close(), receiver.close()]));

/** The film's name, which is that of its image. */
async function filmOf(input: Record<string, unknown>) {
  const { data } = await fal.subscribe(anything, { input, pollInterval: 20 });
  return videoIn(data).url.split("/").at(-1);
}

describe("an additional endpoint of the emulator", () => {
  test("an additional endpoint of the emulator renders the first image found anywhere in the input, or the sample image if there is none", async () => {
    const [ofGreen, ofSample] = [await filmOf({ image_url: greenUri }), await filmOf({ picture: sampleUri })];
    expect(ofGreen).not.toBe(ofSample);
    expect(await filmOf({ prompt: "a bay", shots: [{ seconds: 5 }, { frame: greenUri }], tail: sampleUri })).toBe(
      ofGreen,
    );
    expect(
      await filmOf({ mask: "data:image/png;base64,bm8gaW1hZ2U=", first: "http://127.0.0.1:9/gone", last: greenUri }),
    ).toBe(ofGreen);
    for (const input of [
      {},
      { prompt: "no picture", page: null },
      { image_url: "https://v3.fal.media/files/none.png" },
    ])
      expect(await filmOf(input)).toBe(ofSample);
  });

  test("an additional endpoint of the emulator returns a playable film, hosted or inline, with the given seed or a generated one", async () => {
    const run = async (input: Record<string, unknown>) =>
      (await fal.subscribe(anything, { input, pollInterval: 20 })).data;
    const hosted = await run({ seed: 42 });
    expect(hosted).toMatchObject({ seed: 42, video: { content_type: "video/mp4", file_name: "output.mp4" } });
    const movie = await readMovie(new Uint8Array(await (await fetch(videoIn(hosted).url)).arrayBuffer()));
    expect(movie.tracks[0]).toMatchObject({ video: { width: 1280, height: 720 } });
    const inline = await run({ sync_mode: true });
    expect(inline).toMatchObject({ seed: 7, video: { url: expect.stringMatching(/^data:video\/mp4;base64,/) } });
  });

  test("an additional endpoint of the emulator rejects input that is not an object, once the request runs", async () => {
    const { request_id } = await fal.queue.submit(anything, { input: ["a", "list"] });
    await fal.queue.subscribeToStatus(anything, { requestId: request_id, pollInterval: 20 });
    await expect(fal.queue.result(anything, { requestId: request_id })).rejects.toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["body"], type: "dict_type", input: ["a", "list"] }] },
    });
  });

  test("an additional endpoint of the emulator appears in the history, prices, bills and webhooks like any other", async () => {
    await emulator.reset();
    const input = { prompt: "known", image_url: greenUri };
    const { request_id } = await fal.queue.submit(anything, { input, webhookUrl: `${receiver.url}/any` });
    const { payload } = bodyOf(await eventually("the webhook", () => receiver.at("/any")[0]));
    expect(payload).toMatchObject({ seed: 7, video: { content_type: "video/mp4" } });
    const history = await callHistory(emulator.url, { endpoint_id: anything });
    expect(await history.json()).toMatchObject({ items: [{ request_id, json_input: input, json_output: payload }] });
    const prices = await callPlatform(emulator.url, `models/pricing?endpoint_id=${anything}`);
    expect(await prices.json()).toMatchObject({ prices: [{ endpoint_id: anything, unit_price: 0.08 }] });
    const bills = await callPlatform(emulator.url, "models/billing-events", {}, "admin-key");
    expect(await bills.json()).toMatchObject({ billing_events: [{ request_id, endpoint_id: anything }] });
  });

  test("an additional endpoint of the emulator applies faults that are scripted for its prompts", async () => {
    await emulator.addFault({ prompt: "flagged", outcome: "content_policy_violation" });
    const work = fal.subscribe(anything, { input: { prompt: "flagged" }, pollInterval: 20 });
    await expect(work).rejects.toMatchObject({
      status: 422,
      body: { detail: [{ type: "content_policy_violation" }] },
    });
  });

  test("an additional endpoint of the emulator leaves Lucy's endpoints unchanged, and unconfigured endpoints unknown", async () => {
    const lucy = fal.subscribe("decart/lucy-i2v", { input: { prompt: "", image_url: "no URL" }, pollInterval: 20 });
    await expect(lucy).rejects.toMatchObject({ status: 422, body: { detail: [{ type: "file_download_error" }] } });
    expect(videoIn((await fal.subscribe("a/b", { input: {}, pollInterval: 20 })).data).url).toMatch(/\.mp4$/);
    await expect(fal.queue.submit("a/c", { input: {} })).rejects.toMatchObject({ status: 404 });
  });
});
