import { createFalClient, type FalClient } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PICTURES } from "../support/pictures.ts";
import { addFaults, call, readLedger, waitUntilKept } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { endpoint, errorOf, type FalConfig, fetchFilm, straightTo, throughUs } from "./fal-client.ts";

const other = "acme/any/image-to-video";
const picture = PICTURES["image/webp"];
const configurations: Record<string, () => FalConfig> = {
  "fal itself": () => straightTo(stack.falUrl),
  "fal-jobs": () => throughUs(stack.url),
};
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({ FAL_ENDPOINT_IDS: `${endpoint},${other}` });
});

afterAll(() => stack?.close());

describe.each(Object.entries(configurations))("a model without a file of its own, at %s", (name, configure) => {
  let fal: FalClient;

  beforeAll(() => {
    fal = createFalClient(configure());
  });

  it("receives its input unchanged, with files uploaded wherever they occur, and returns its whole output", async () => {
    const file = new File([picture], "first.webp", { type: "image/webp" });
    const input = {
      text: `for ${name}`,
      frames: [{ at: 0, image: file, weights: [0.5, 1e-3, -7] }],
      seed: 20_261_124,
      nothing: null,
      nested: { deeper: { on: true, words: ["ä", "水", "🌊"] } },
    };
    const { data, requestId } = await fal.subscribe(other, { input, pollInterval: 100 });
    expect(data).toEqual({ video: expect.objectContaining({ content_type: "video/mp4" }), seed: 20_261_124 });
    await fetchFilm(data);
    expect(await fal.queue.result(other, { requestId })).toEqual({ data, requestId });

    const { frames, ...rest } = input;
    const got = (await inputAtFal(input.text)) as typeof input;
    const url = expect.stringMatching(/^https?:/);
    expect(got).toEqual({ ...rest, frames: [{ ...frames[0], image: url }] });
    const seen = await fetch(String(got.frames[0]?.image).replace(/^https:\/(?=\/v3\.)/, stack.falUrl));
    expect(Buffer.from(await seen.arrayBuffer()).equals(picture)).toBe(true);
  });

  it("reports its own failures unchanged", async () => {
    await addFaults(stack.falUrl, { prompt: `failing for ${name}`, outcome: "content_policy_violation" });
    const input = { prompt: `failing for ${name}` };
    const error = await errorOf(fal.subscribe(other, { input, pollInterval: 100 }));
    expect(error).toMatchObject({ status: 422, body: { detail: [{ type: "content_policy_violation" }] } });
  });
});

describe("a job of another model", () => {
  it("a job of another model behaves like any other job, and POST /jobs accepts its endpoint", async () => {
    const order = { endpoint: other, input: { text: "by name" } };
    const { status, body } = await call(stack.url, "/jobs", { method: "POST", body: JSON.stringify(order) });
    expect([status, body.endpoint]).toEqual([202, other]);
    const fal = createFalClient(throughUs(stack.url));
    await fal.queue.subscribeToStatus(other, { requestId: body.id, pollInterval: 100 });
    const result = await fal.queue.result(other, { requestId: body.id });
    expect(result.data).toMatchObject({ video: { url: expect.any(String) }, seed: 7 });
    await waitUntilKept(stack.url, body.id);
    expect(await fal.queue.result(other, { requestId: body.id })).toEqual(result);
  });

  it("a job of another model is found under its own model only", async () => {
    const fal = createFalClient(throughUs(stack.url));
    const { request_id: requestId } = await fal.queue.submit(other, { input: { text: "mine" } });
    expect(await errorOf(fal.queue.status(endpoint, { requestId }))).toMatchObject({ status: 404 });
  });

  it("a job of another model is rejected once its model is no longer configured", async () => {
    const fal = createFalClient(throughUs(stack.url));
    const input = { prompt: "waves", image_url: "https://example.com/image.jpg" };
    expect(await errorOf(fal.queue.submit("decart/lucy-i2v", { input }))).toMatchObject({ status: 403 });
  });
});

async function inputAtFal(text: string): Promise<unknown> {
  const { requests } = await readLedger(stack.falUrl);
  return requests.find(({ input }) => JSON.stringify(input).includes(`"${text}"`))?.input;
}
