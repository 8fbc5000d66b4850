import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { java } from "../support/engines.ts";
import { addFaults, call, inlineImage, readLedger, submit, waitUntilKept, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { fetchVideo, openBucketOf } from "./files.ts";

const never = String(86_400);
const failures = 2;
let stack: EmulatorStack;

afterEach(() => stack?.close());

describe.each([
  { engine: "dynalite", writes: { calm: 3, trouble: 3 } },
  // Claimed, and copied or not; after a copy also claimed and delivered.
  { engine: "java", writes: { calm: 7, trouble: 5 } },
])("on $engine, killed while fal's CDN is down", ({ engine, writes }) => {
  beforeEach(async () => {
    // No sweep runs before the kill: what is copied by then was copied by the stream.
    stack = await startWithEmulator({ DYNAMODB_ENGINE: engine, SWEEP_SECONDS: never });
  });

  it.runIf(engine === "dynalite" || java)(
    "each video is copied once: immediately by the stream if there is one, otherwise and after failures by the sweep",
    async () => {
      await addFaults(stack.falUrl, { prompt: "trouble", media: { answer: 503 }, times: failures });
      const [calm = "", trouble = ""] = await Promise.all(["calm", "trouble"].map(accept));
      for (const [id, expected] of [
        [calm, writes.calm],
        [trouble, writes.trouble],
      ] as const) {
        expect((await waitUntilSettled(stack.url, id)).status).toBe("succeeded");
        // Recorded, accepted, settled; plus the stream's writes, if there is a stream.
        await expect.poll(() => countWrites(id), { interval: 250 }).toBe(expected);
      }
      const { body } = await call(stack.url, `/jobs/${trouble}/video?redirect=0`);
      expect(body.url).toBe((await call(stack.url, `/jobs/${trouble}`)).body.result?.video.url);

      await stack.killAndRestart({ SWEEP_SECONDS: "1" });
      const bucket = await openBucketOf(stack.url);
      for (const id of [calm, trouble]) {
        const { timeline, result } = await waitUntilKept(stack.url, id);
        const archived = timeline.filter(({ event }) => event === "archived");
        expect(archived.map(({ by }) => by)).toEqual(["archive"]);
        const { sha256, file_size } = await fetchVideo(stack.url, id);
        expect(result?.video).toMatchObject({ sha256, file_size });
        expect(await bucket.list(`videos/${id}/`)).toHaveLength(1);
      }
      bucket.close();
      const faults = await fetch(`${stack.falUrl}/_emulator/faults`);
      expect([await faults.json(), (await readLedger(stack.falUrl)).posts.length]).toEqual([[], 2]);
    },
  );
});

/** The number of writes of the job's row, from its ETag. */
async function countWrites(id: string): Promise<number> {
  const { headers } = await call(stack.url, `/jobs/${id}`);
  return Number(headers.get("etag")?.replaceAll('"', ""));
}

async function accept(prompt: string): Promise<string> {
  const { status, body } = await submit(stack.url, { prompt, image_url: inlineImage });
  expect(status).toBe(202);
  return body.id;
}
