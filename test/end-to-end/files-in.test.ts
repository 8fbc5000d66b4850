import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createFalClient } from "@fal-ai/client";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bomb } from "../support/picture-kinds.ts";
import { ONE_PIXEL, PICTURES } from "../support/pictures.ts";
import { type Answer, call, readLedger, submit, waitUntilKept } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { throughUs } from "./fal-client.ts";
import { openBucketOf, putUpload, requestUpload } from "./files.ts";
import { readMovie } from "./video.ts";

const run = promisify(execFile);
const hasFfmpeg = await run("ffmpeg", ["-version"]).then(
  () => true,
  () => false,
);
const frameShown = hasFfmpeg
  ? "whose first frame, decoded by ffmpeg, is that picture"
  : "of the very bytes that fal was handed (there is no ffmpeg here to decode its first frame)";
const sample = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
const png = PICTURES["image/png"];
let stack: EmulatorStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-files-"));
  stack = await startWithEmulator({ API_KEYS: "local-key,other-key" });
});

afterAll(async () => {
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a 12 MB JPEG", () => {
  it(`a 12 MB JPEG is uploaded with curl and becomes an MP4 ${frameShown}, archived and readable in ranges`, async () => {
    const photo = await takePhoto();
    expect(photo.length).toBeGreaterThan(12_000_000);
    await writeFile(join(folder, "photo.jpg"), photo);
    const upload = await requestUpload(stack.url, { content_type: "image/jpeg", size: photo.length });
    const headers = Object.entries(upload.upload_headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]);
    expect((await curl("-T", join(folder, "photo.jpg"), ...headers, upload.upload_url)).status).toBe(200);

    const { status, body } = await submit(stack.url, { prompt: "waves", image_url: upload.image_url });
    expect(status).toBe(202);
    const handedOver = await fetch(body.input.image_url.replace("https:/", stack.falUrl));
    expect(photo.equals(Buffer.from(await handedOver.arrayBuffer()))).toBe(true);
    const { result } = await waitUntilKept(stack.url, body.id);

    const link = await call(stack.url, `/jobs/${body.id}/video?redirect=0`);
    expect(Date.parse(String(link.body.expires_at))).toBeGreaterThan(Date.now());
    const film = await curl(String(link.body.url));
    expect(film.status).toBe(200);
    expect(result?.video).toMatchObject({
      ...(await describeFilm(film.bytes)),
      file_size: film.bytes.length,
      sha256: createHash("sha256").update(film.bytes).digest("hex"),
    });
    const part = await curl("-r", "100-199", String(link.body.url));
    expect([part.status, part.bytes.equals(film.bytes.subarray(100, 200))]).toEqual([206, true]);
    const { status: redirect, headers: sent } = await fetch(`${stack.url}/jobs/${body.id}/video`, {
      redirect: "manual",
      headers: { "x-api-key": "local-key" },
    });
    expect(redirect).toBe(302);
    expect((await curl(sent.get("location") ?? "")).bytes.equals(film.bytes)).toBe(true);
    if (hasFfmpeg) await expectFirstFrame(photo);
  });
});

describe("a JPEG that its sender calls image/jpg", () => {
  it("goes up and to fal as what its bytes are", async () => {
    const upload = await requestUpload(stack.url, { content_type: "image/jpg", size: PICTURES["image/jpeg"].length });
    expect(upload.upload_headers).toMatchObject({ "content-type": "image/jpg" });
    expect(await putUpload(upload, PICTURES["image/jpeg"])).toBe(200);
    const { status, body } = await submit(stack.url, { prompt: "waves", image_url: upload.image_url });
    expect(status, JSON.stringify(body)).toBe(202);
    const handedOver = await fetch(body.input.image_url.replace("https:/", stack.falUrl));
    expect(PICTURES["image/jpeg"].equals(Buffer.from(await handedOver.arrayBuffer()))).toBe(true);
  });
});

describe("an upload's URL", () => {
  it("an upload's URL accepts only the type, the size and the single PUT that are signed into it", async () => {
    const upload = await requestUpload(stack.url, { content_type: "image/png", size: png.length });
    const { "content-type": type = "", ...others } = upload.upload_headers;
    expect(await putUpload(upload, png, { ...others, "content-type": "image/jpeg" })).toBe(403);
    expect(await putUpload(upload, png, { "content-type": type })).toBe(403);
    expect(await putUpload(upload, Buffer.alloc(png.length + 1))).toBe(403);
    expect(await putUpload(upload, Buffer.alloc(png.length))).toBe(200);
    expect(await putUpload(upload, png)).toBe(412);
    // The first file stays: not an image.
    expect(await refusalOf(upload.image_url)).toEqual(["must be a PNG, JPEG or WebP image"]);
  });
});

describe("an unusable image is rejected with the reason", () => {
  const ways = { upload: viaUpload, "data URI": viaDataUri, form: viaForm };
  const bad = {
    "zero bytes": [Buffer.alloc(0), /empty|no data after the comma/],
    text: [Buffer.from("once upon a time"), /must be a PNG, JPEG or WebP/],
    "a GIF": [Buffer.from("R0lGODlhAQABAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==", "base64"), /must be a PNG, JPEG/],
    "a single pixel": [ONE_PIXEL, /16 to 16384 pixels wide and high, not 1×1/],
    "a PNG that was cut off": [png.subarray(0, -20), /^is truncated/],
    "a PNG of more pixels than fal can load": [bomb(13_400), /must have at most 178956970 pixels/],
    "a JPEG that says it is a PNG": [
      PICTURES["image/jpeg"],
      /is declared as image\/png, but its bytes are image\/jpeg/,
    ],
  } as const;
  const cases = Object.entries(ways).flatMap(([way, send]) =>
    Object.entries(bad).map(([name, [bytes, reason]]) => ({ way, name, send, bytes, reason })),
  );
  // No upload has a size of 0.
  const possible = cases.filter(({ way, bytes }) => way !== "upload" || bytes.length > 0);
  let posts: number;

  beforeAll(async () => {
    posts = await countPosts();
  });

  it.each(possible)("$name, by $way", async ({ way, send, bytes, reason }) => {
    const { status, body } = await send(bytes);
    expect(status).toBe(422);
    const pointer = way === "form" ? "/image" : "/input/image_url";
    expect(body.errors).toEqual([{ pointer, message: expect.stringMatching(reason) }]);
  });

  it("P25: a file of 60 MB, which fal's client uploads without saying its size; it is deleted", async () => {
    const fal = createFalClient(throughUs(stack.url));
    const image_url = await fal.storage.upload(new Blob([png, Buffer.alloc(60_000_000)], { type: "image/png" }));
    const bucket = await openBucketOf(stack.url);
    const isKept = async () => (await bucket.list()).some((key) => key.endsWith(image_url.slice(-32)));
    expect(await isKept()).toBe(true);
    expect(await refusalOf(image_url)).toEqual(["is an upload that is too large; it must be at most 26214400 bytes"]);
    expect(await isKept()).toBe(false);
    bucket.close();
  });

  it("an upload that was never sent, and one that has expired", async () => {
    const { image_url } = await requestUpload(stack.url, { content_type: "image/png", size: 12 });
    expect(await refusalOf(image_url)).toEqual([expect.stringContaining("PUT the image to its upload_url first")]);
    const dayAgoHex = (Date.now() - 25 * 3_600_000).toString(16).padStart(12, "0");
    const expired = image_url.replace(/[0-9a-f]{12}(?=[0-9a-f]{20}$)/, dayAgoHex);
    expect(await refusalOf(expired)).toEqual(["is an upload that has expired after 24 hours; upload the image again"]);
  });

  it("an upload of another owner, as if it did not exist", async () => {
    const upload = await requestUpload(
      stack.url,
      { content_type: "image/png", size: png.length },
      { "x-api-key": "other-key" },
    );
    expect(await putUpload(upload, png)).toBe(200);
    const bucket = await openBucketOf(stack.url);
    const id = upload.image_url.slice(-32);
    expect(await bucket.list("uploads/")).toContainEqual(expect.stringMatching(new RegExp(`/${id}$`)));
    bucket.close();
    expect(await refusalOf(upload.image_url)).toEqual([expect.stringContaining("is an upload without an image")]);
  });

  it("none of the rejected images was sent to fal", async () => {
    expect(await countPosts()).toBe(posts);
  });
});

/** The sample image with the noise of a camera in the dark. */
function takePhoto(): Promise<Buffer<ArrayBuffer>> {
  const size = { width: 3200, height: 1800 };
  const noise = { type: "gaussian", mean: 128, sigma: 50 } as const;
  const grain = { create: { ...size, channels: 3, background: "#000", noise } } as const;
  return sharp(sample)
    .resize(size)
    .composite([{ input: grain, blend: "hard-light" }])
    .jpeg({ quality: 98, chromaSubsampling: "4:4:4" })
    .toBuffer();
}

/** What curl downloads, stored as `film.mp4` if it is complete. */
async function curl(...options: readonly string[]) {
  const path = join(folder, options.includes("-r") ? "part" : "film.mp4");
  const { stdout } = await run("curl", ["-s", "-o", path, "-w", "%{http_code}", ...options]);
  return { status: Number(stdout), bytes: await readFile(path) };
}

async function describeFilm(bytes: Buffer) {
  const { videoTracks, duration, timescale } = await readMovie(bytes);
  const [track] = videoTracks;
  expect(track?.codec).toMatch(/^avc1/);
  const duration_seconds = expect.closeTo(duration / timescale, 2);
  return { duration_seconds, codec: track?.codec, width: track?.video?.width, height: track?.video?.height };
}

/**
 * At a small size noise and compression even out; the same image upside down shows how far a different image would be.
 */
async function expectFirstFrame(photo: Buffer): Promise<void> {
  const png = join(folder, "frame.png");
  await run("ffmpeg", ["-v", "error", "-i", join(folder, "film.mp4"), "-frames:v", "1", png]);
  const see = (image: Sharp) => image.resize(64, 36, { fit: "fill" }).removeAlpha().raw().toBuffer();
  const frame = await see(sharp(png));
  const distanceTo = (other: Buffer) =>
    frame.reduce((sum, value, index) => sum + Math.abs(value - (other[index] ?? 0)), 0) / frame.length;
  expect(distanceTo(await see(sharp(photo)))).toBeLessThan(6);
  expect(distanceTo(await see(sharp(photo).flip()))).toBeGreaterThan(15);
}

async function countPosts(): Promise<number> {
  return (await readLedger(stack.falUrl)).posts.length;
}

async function viaUpload(bytes: Buffer<ArrayBuffer>): Promise<Answer> {
  const upload = await requestUpload(stack.url, { content_type: "image/png", size: bytes.length });
  expect(await putUpload(upload, bytes)).toBe(200);
  return submit(stack.url, { prompt: "waves", image_url: upload.image_url });
}

function viaDataUri(bytes: Buffer): Promise<Answer> {
  return submit(stack.url, { prompt: "waves", image_url: `data:image/png;base64,${bytes.toString("base64")}` });
}

async function viaForm(bytes: Buffer<ArrayBuffer>): Promise<Answer> {
  const body = new FormData();
  body.set("prompt", "waves");
  body.set("image", new File([bytes], "picture.png", { type: "image/png" }));
  const response = await fetch(`${stack.url}/jobs`, { method: "POST", headers: { "x-api-key": "local-key" }, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
}

/** The message about an `image_url` in a 422. */
async function refusalOf(image_url: string): Promise<unknown[]> {
  const { status, body } = await submit(stack.url, { prompt: "waves", image_url });
  expect(status).toBe(422);
  const errors = body.errors as { pointer: string; message: string }[];
  expect(errors.map(({ pointer }) => pointer)).toEqual(["/input/image_url"]);
  return errors.map(({ message }) => message);
}
