import { randomBytes } from "node:crypto";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { effort } from "../effort.ts";
import { readMovie } from "./movie.ts";
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

async function fetchMovie(url: string) {
  return readMovie(new Uint8Array(await (await fetch(url)).arrayBuffer()));
}

test.each([
  ["16:9", 1280, 720],
  ["9:16", 720, 1280],
])("an image becomes an H.264 MP4 of the shape %s", async (aspect_ratio, width, height) => {
  const movie = await fetchMovie(await render(inputOf("shape", { aspect_ratio })));
  expect(movie.tracks).toHaveLength(1);
  expect(movie.tracks[0]).toMatchObject({ codec: expect.stringMatching(/^avc1\./), video: { width, height } });
  expect(movie.duration / movie.timescale).toBeCloseTo(2.5, 1);
});

test.skipIf(effort.largeFormats === 0)(
  "an image of any shape, transparent or greyscale, covers the frame",
  async () => {
    const strip = await sharp({ create: { width: 40, height: 400, channels: 4, background: "#00800080" } })
      .png()
      .toBuffer();
    const grey = await sharp(strip).greyscale().jpeg().toBuffer();
    for (const image of [strip, grey]) {
      const movie = await fetchMovie(
        await render(inputOf("cover", { image_url: `data:image/png;base64,${image.toString("base64")}` })),
      );
      expect(movie.tracks[0]?.video).toMatchObject({ width: 1280, height: 720 });
    }
  },
);

/** The CPU time of all threads of this process, which does not grow when other processes are busy. */
function cpuSecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000_000;
}

/** A photograph of 24 megapixels; the grain makes it as hard to compress as a real one. */
async function takePhoto(): Promise<() => Sharp> {
  const grain = { raw: { width: 1500, height: 1000, channels: 3 } } as const;
  const enlarged = sharp(randomBytes(1500 * 1000 * 3), grain).resize(6000, 4000, { kernel: "cubic" });
  const { data, info } = await enlarged.raw().toBuffer({ resolveWithObject: true });
  return () => sharp(data, { raw: info });
}

const formats = {
  "a baseline JPEG": ["image/jpeg", (photo) => photo.jpeg({ quality: 95 })],
  "a progressive JPEG": ["image/jpeg", (photo) => photo.jpeg({ quality: 95, progressive: true })],
  "a PNG": ["image/png", (photo) => photo.png({ compressionLevel: 1 })],
  "a WebP with alpha": ["image/webp", (photo) => photo.ensureAlpha(0.5).webp({ effort: 0 })],
} satisfies Record<string, [string, (photo: Sharp) => Sharp]>;

describe("an image of 24 megapixels, uploaded,", () => {
  let photo: () => Sharp;
  beforeAll(async () => {
    photo = await takePhoto();
  });

  for (const [place, [name, [type, encode]]] of Object.entries(formats).entries())
    test.skipIf(place >= effort.largeFormats)(`${name} is filmed within seconds of work`, async () => {
      const bytes = await encode(photo()).toBuffer();
      const image_url = await clientOf(emulator.url).storage.upload(new Blob([bytes], { type }));
      const before = process.cpuUsage();
      const movie = await fetchMovie(await render(inputOf("large", { image_url })));
      expect(cpuSecondsSince(before)).toBeLessThan(15);
      expect(movie.tracks[0]?.video).toMatchObject({ width: 1280, height: 720 });
    });
});

test("two hundred requests with the same image are rendered once, each with its own URL", async () => {
  const before = process.cpuUsage();
  const urls = await Promise.all(Array.from({ length: 200 }, (_, place) => render(inputOf(`the same, ${place}`))));
  expect(new Set(urls).size).toBe(200);
  expect(new Set(urls.map((url) => url.split("/").at(-1))).size).toBe(1);
  expect(cpuSecondsSince(before)).toBeLessThan(20);
});
