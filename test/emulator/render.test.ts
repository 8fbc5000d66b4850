import { createFile, type Movie, MP4BoxBuffer } from "mp4box";
import sharp from "sharp";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { clientOf, endpoint, inputOf, videoIn } from "./setting.ts";

let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFalEmulator({ renderSeconds: 0 });
});
afterAll(() => emulator.close());

async function render(input: Record<string, unknown>) {
  const { data } = await clientOf(emulator.url).subscribe(endpoint, { input, pollInterval: 20 });
  return videoIn(data).url;
}

async function readMovie(url: string): Promise<Movie> {
  const bytes = await (await fetch(url)).arrayBuffer();
  expect(Buffer.from(bytes).toString("latin1", 4, 8)).toBe("ftyp");
  const file = createFile();
  const movie = new Promise<Movie>((resolve, reject) => {
    file.onReady = resolve;
    file.onError = (module, message) => reject(new Error(`${module}: ${message}`));
  });
  file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes, 0));
  file.flush();
  return movie;
}

test.each([
  ["16:9", 1280, 720],
  ["9:16", 720, 1280],
])("an image becomes an H.264 MP4 of the shape %s", async (aspect_ratio, width, height) => {
  const movie = await readMovie(await render(inputOf("shape", { aspect_ratio })));
  expect(movie.tracks).toHaveLength(1);
  expect(movie.tracks[0]).toMatchObject({ codec: expect.stringMatching(/^avc1\./), video: { width, height } });
  expect(movie.duration / movie.timescale).toBeCloseTo(2.5, 1);
});

test("an image of any shape, with transparency or in grey, covers the frame", async () => {
  const strip = await sharp({ create: { width: 40, height: 400, channels: 4, background: "#00800080" } })
    .png()
    .toBuffer();
  const grey = await sharp(strip).greyscale().jpeg().toBuffer();
  for (const image of [strip, grey]) {
    const movie = await readMovie(
      await render(inputOf("cover", { image_url: `data:image/png;base64,${image.toString("base64")}` })),
    );
    expect(movie.tracks[0]?.video).toMatchObject({ width: 1280, height: 720 });
  }
});

test("two hundred requests with the same image are rendered once, each with a URL of its own", async () => {
  const startedMs = Date.now();
  const urls = await Promise.all(Array.from({ length: 200 }, (_, place) => render(inputOf(`the same, ${place}`))));
  expect(new Set(urls).size).toBe(200);
  expect(new Set(urls.map((url) => url.split("/").at(-1))).size).toBe(1);
  expect(Date.now() - startedMs).toBeLessThan(20_000);
});
