import { dataUriOf, ONE_PIXEL, PICTURES } from "../support/pictures.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Usable images, in each of the ways to give one. */
export const pictures = ["@data image/png", "@data image/webp", "@file image/png", "@file image/webp"] as const;

/** Stands for any image on the internet; the emulator reads none from there. */
export const hosted = "https://example.com/image.jpg";

/** Valid inputs for Lucy: fields that may be omitted or set. */
export const choices: readonly Fields[] = [
  {},
  { sync_mode: false },
  { sync_mode: false, resolution: "720p" },
  { sync_mode: false, aspect_ratio: "16:9" },
  { sync_mode: false, aspect_ratio: "9:16", resolution: "720p" },
  { sync_mode: false, aspect_ratio: null, resolution: null },
  { sync_mode: true },
];

/** Inputs that Lucy rejects by their form: at fal once the request has run, here before it exists. */
export const wronglyFormed: readonly Fields[] = [
  {},
  { prompt: "@prompt" },
  { image_url: hosted },
  { prompt: 7, image_url: hosted },
  { prompt: ["@prompt"], image_url: hosted },
  { prompt: "@prompt", image_url: { url: hosted } },
  { prompt: "@prompt", image_url: hosted, sync_mode: "yes" },
  { prompt: "@prompt", image_url: hosted, aspect_ratio: "1:1" },
  { prompt: "@prompt", image_url: hosted, resolution: 1080 },
  { image_url: 1, aspect_ratio: "4:3", sync_mode: 0 },
];

/** Inputs whose image is unavailable, which only fal can find out. */
export const picturesNowhere: readonly Fields[] = [
  { prompt: "@prompt", image_url: "https://pictures.invalid/bay.jpg" },
  { prompt: "@prompt", image_url: "https://v3.fal.media/files/never-uploaded.png" },
];

/** Inputs that fal accepts, or rejects in other words, and that are rejected here (`stricter-input`). */
export const refusedHere: readonly Fields[] = [
  { prompt: "@prompt", image_url: hosted, seed: 7 },
  { prompt: "  ", image_url: hosted },
  { prompt: "@prompt caf\uFFFD", image_url: hosted },
  { prompt: "long ".repeat(500), image_url: hosted },
  { prompt: "@prompt", image_url: "http://127.0.0.1:9/gone.jpg" },
  { prompt: "@prompt", image_url: "no URL at all" },
  { prompt: "@prompt", image_url: "@data text" },
  { prompt: "@prompt", image_url: "@data pixel" },
  { prompt: "@prompt", image_url: "@file text" },
];

/** Inputs of a model without a known schema. */
export const anything: readonly Fields[] = [
  { prompt: "@prompt" },
  { prompt: "@prompt", seed: 11, image: hosted },
  { prompt: "@prompt", seed: null, note: "one\r\ntwo", mark: "\uFEFF" },
  { prompt: "@prompt", seed: 12, image: "@data image/webp", sync_mode: true },
  {
    prompt: "@prompt",
    frames: [
      { at: 0.25, image: "@file image/webp" },
      { at: 1, image: "@data image/png" },
    ],
  },
  { prompt: "@prompt", image_url: "@data image/png", sync_mode: false, strength: 1e-3, tags: [null, true, "ä 水 🌊"] },
];

/** Files by the name that follows `@file`, `@data` or an upload. */
export const files: Readonly<Record<string, { readonly bytes: Buffer<ArrayBuffer>; readonly type: string }>> = {
  "image/png": { bytes: PICTURES["image/png"], type: "image/png" },
  "image/webp": { bytes: PICTURES["image/webp"], type: "image/webp" },
  untyped: { bytes: PICTURES["image/png"], type: "" },
  text: { bytes: Buffer.from("once upon a time"), type: "text/plain" },
  pixel: { bytes: ONE_PIXEL, type: "image/png" },
};

/** A file as a data URI. */
export function dataUri(name: string): string {
  if (name === "image/png" || name === "image/webp") return dataUriOf(name);
  const { bytes, type } = fileOf(name);
  return `data:${type};base64,${bytes.toString("base64")}`;
}

/** A file as a browser or Node has it. */
export function fileOf(name: string) {
  const file = files[name];
  if (file === undefined) throw new Error(`there is no file "${name}"`);
  return { ...file, file: new File([file.bytes], `a ${name}.bin`, { type: file.type }) };
}
