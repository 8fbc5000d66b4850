import { readFile } from "node:fs/promises";
import { crc32, deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import type { PICTURES } from "./pictures.ts";

/** A picture of some kind, with the type that its bytes are. */
export interface PictureKind {
  readonly contentType: keyof typeof PICTURES;
  readonly bytes: Buffer;
}

/** Real pictures of every kind that is whole, by name; each a few kilobytes. */
export async function wholePictures(): Promise<Readonly<Record<string, PictureKind>>> {
  const noise = scene();
  const jpeg = await noise.clone().jpeg().toBuffer();
  const png = await noise.clone().png().toBuffer();
  const still = await noise.clone().webp().toBuffer();
  const named = Object.entries({
    "image/jpeg": {
      "a JPEG": jpeg,
      "a progressive JPEG": await noise.clone().jpeg({ progressive: true }).toBuffer(),
      "a JPEG with fill bytes before its markers": withFillBytes(jpeg),
      "an arithmetic-coded JPEG": await readFile(new URL("../fixtures/pictures/arithmetic.jpg", import.meta.url)),
      "a grey JPEG": await noise.clone().greyscale().jpeg().toBuffer(),
      "a CMYK JPEG": await noise.clone().toColourspace("cmyk").jpeg().toBuffer(),
      "a JPEG that EXIF turns": await noise.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      "a motion photo": Buffer.concat([jpeg, Buffer.from("\0\0\0\x18ftypmp42\0\0\0\0isommp42", "latin1")]),
      "two pictures in one JPEG": Buffer.concat([jpeg, jpeg]),
      "a JPEG with zeros behind it": Buffer.concat([jpeg, Buffer.alloc(4096)]),
      "a JPEG with an end marker in a comment": withComment(jpeg, Buffer.from("ffd9ffd8ffd9", "hex")),
    },
    "image/png": {
      "a PNG": png,
      "an interlaced PNG": await noise.clone().png({ progressive: true }).toBuffer(),
      "a PNG with a palette": await noise.clone().png({ palette: true }).toBuffer(),
      "a PNG of 16 bits": await noise.clone().toColourspace("rgb16").png().toBuffer(),
      "an animated PNG": animatedPng(40, 30),
      "a PNG with text behind it": Buffer.concat([png, Buffer.from("the end")]),
    },
    "image/webp": {
      "a WebP": still,
      "a lossless WebP": await noise.clone().webp({ lossless: true }).toBuffer(),
      "a WebP with EXIF": await noise.clone().withMetadata({ orientation: 6 }).webp().toBuffer(),
      "an animated WebP": await sharp([png, png], { join: { animated: true } })
        .webp()
        .toBuffer(),
      "a WebP with zeros behind it": Buffer.concat([still, Buffer.alloc(64)]),
    },
  }).flatMap(([contentType, kinds]) =>
    Object.entries(kinds).map(([name, bytes]) => [name, { contentType: contentType as keyof typeof PICTURES, bytes }]),
  );
  return Object.fromEntries(named);
}

/** Pictures that must be refused, with what is said of them. */
export async function brokenPictures(): Promise<Readonly<Record<string, PictureKind & { readonly says: RegExp }>>> {
  const noise = scene();
  const jpeg = await noise.clone().jpeg().toBuffer();
  const progressive = await noise.clone().jpeg({ progressive: true }).toBuffer();
  const png = await noise.clone().png().toBuffer();
  const webp = await noise.clone().webp().toBuffer();
  const header = jpeg.subarray(0, jpeg.indexOf(Buffer.from("ffda", "hex")));
  const end = Buffer.from("ffd9", "hex");
  const empty = Buffer.from("ffd8ffd9", "hex");
  const kinds: readonly (readonly [string, keyof typeof PICTURES, Buffer, RegExp])[] = [
    ["half a JPEG", "image/jpeg", half(jpeg), /is truncated/],
    ["half a progressive JPEG", "image/jpeg", half(progressive), /is truncated/],
    ["a JPEG without its last byte", "image/jpeg", jpeg.subarray(0, -1), /is truncated/],
    ["the header of a JPEG", "image/jpeg", header, /is truncated/],
    ["the header of a JPEG and its end", "image/jpeg", Buffer.concat([header, end]), /no picture data/],
    ["the header of a JPEG and zeros", "image/jpeg", Buffer.concat([header, Buffer.alloc(1_000_000)]), /is truncated/],
    ["half a JPEG and a whole one", "image/jpeg", Buffer.concat([half(jpeg), jpeg]), /is truncated/],
    ["half a JPEG and an empty one", "image/jpeg", Buffer.concat([half(jpeg), empty]), /is truncated/],
    ["a progressive JPEG without its last scan's data", "image/jpeg", withoutLastScan(progressive), /has no data/],
    ["half a PNG", "image/png", half(png), /is truncated/],
    ["a PNG without its last byte", "image/png", png.subarray(0, -1), /is truncated/],
    ["the header of a PNG", "image/png", png.subarray(0, 33), /is truncated/],
    ["a PNG with a part cut out", "image/png", without(png, png.length >> 1, 100), /is truncated/],
    ["a PNG whose header has a wrong checksum", "image/png", changed(png, 20), /checksum of its header/],
    ["a PNG without the high bit of its first byte", "image/png", changed(png, 0, 0x09), /transfer in text mode/],
    ["a PNG without carriage returns", "image/png", without(png, 4, 1), /transfer in text mode/],
    ["half a WebP", "image/webp", half(webp), /is truncated/],
    ["a WebP without its last byte", "image/webp", webp.subarray(0, -1), /is truncated/],
    ["the header of a WebP", "image/webp", webp.subarray(0, 30), /is truncated/],
    ["a bomb of 13,400 × 13,400 pixels", "image/png", bomb(13_400), /at most 178956970 pixels, not 13400×13400/],
    ["one row of pixels too many", "image/png", emptyPng(16_384, 16_385), /16 to 16384 pixels wide and high/],
    ["a GIF", "image/png", await noise.clone().gif().toBuffer(), /PNG, JPEG or WebP image, not GIF$/],
    ["an AVIF", "image/png", await noise.clone().avif({ effort: 0 }).toBuffer(), /WebP image, not AVIF$/],
    ["a TIFF", "image/png", await noise.clone().tiff().toBuffer(), /WebP image, not TIFF$/],
    ["a HEIC", "image/png", isoFile("heic", "mif1heic"), /WebP image, not HEIC$/],
    ["a HEIC that is called HEIF", "image/png", isoFile("mif1", "mif1heic"), /WebP image, not HEIC$/],
    ["a BMP", "image/png", bmp(), /WebP image, not BMP$/],
    ["an SVG", "image/png", Buffer.from('\ufeff<?xml version="1.0"?>\n<!-- x -->\n<svg width="9"/>'), /, not SVG$/],
    ["a web page", "image/png", Buffer.from("<!doctype html><title>404</title>"), /, not HTML$/],
    ["a film", "image/png", isoFile("isom", "isommp42"), /must be a PNG, JPEG or WebP image$/],
    ["zeros", "image/png", Buffer.alloc(100), /must be a PNG, JPEG or WebP image$/],
    ["one byte", "image/png", Buffer.from([0xff]), /must be a PNG, JPEG or WebP image$/],
  ];
  return Object.fromEntries(kinds.map(([name, contentType, bytes, says]) => [name, { contentType, bytes, says }]));
}

/** A JPEG whose last scan is a header only. */
function withoutLastScan(jpeg: Buffer): Buffer {
  const header = jpeg.lastIndexOf(Buffer.from("ffda", "hex")) + 2;
  return Buffer.concat([jpeg.subarray(0, header + jpeg.readUInt16BE(header)), Buffer.from("ffd9", "hex")]);
}

/** A PNG whose pixels are all the same, one bit each: huge when it is decoded. */
export function bomb(side: number): Buffer<ArrayBuffer> {
  return emptyPng(side, side);
}

/** A chunk of a PNG. */
export function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function emptyPng(width: number, height: number, bitDepth = 1, between: readonly Buffer[] = []): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  const data = deflateSync(Buffer.alloc((Math.ceil((width * bitDepth) / 8) + 1) * height));
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  const [first, ...others] = between;
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    ...(first ? [first] : []),
    pngChunk("IDAT", data),
    ...others,
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Two frames: the still picture, and one more behind it. */
function animatedPng(width: number, height: number): Buffer {
  const control = Buffer.alloc(8);
  control.writeUInt32BE(2, 0);
  const frame = Buffer.alloc(26);
  frame.writeUInt32BE(1, 0);
  frame.writeUInt32BE(width, 4);
  frame.writeUInt32BE(height, 8);
  const pixels = deflateSync(Buffer.alloc((width + 1) * height, 1));
  const data = Buffer.concat([Buffer.from([0, 0, 0, 2]), pixels]);
  return emptyPng(width, height, 8, [pngChunk("acTL", control), pngChunk("fcTL", frame), pngChunk("fdAT", data)]);
}

/** What looks like a photo: noise over a slope, so that no format can leave much out. */
function scene(): Sharp {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  return sharp({ create: { width: 64, height: 48, channels: 3, background: "#1e5aa0", noise } });
}

/** Legal 0xFF bytes before each marker in front of the picture data (ITU T.81 B.1.1.2). */
function withFillBytes(jpeg: Buffer): Buffer {
  const parts: Buffer[] = [jpeg.subarray(0, 2)];
  for (let at = 2; jpeg[at + 1] !== 0xda; ) {
    const next = at + 2 + jpeg.readUInt16BE(at + 2);
    parts.push(Buffer.alloc(3, 0xff), jpeg.subarray(at, next));
    at = next;
    if (jpeg[at + 1] === 0xda) parts.push(Buffer.alloc(2, 0xff), jpeg.subarray(at));
  }
  return Buffer.concat(parts);
}

function withComment(jpeg: Buffer, comment: Buffer): Buffer {
  const start = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), start, comment, jpeg.subarray(2)]);
}

function isoFile(major: string, compatible: string): Buffer {
  const box = Buffer.concat([Buffer.from(`\0\0\0\0ftyp${major}\0\0\0\0${compatible}`, "latin1")]);
  box.writeUInt32BE(box.length, 0);
  return Buffer.concat([box, Buffer.alloc(64)]);
}

function bmp(): Buffer {
  const bytes = Buffer.alloc(200);
  bytes.write("BM");
  bytes.writeUInt32LE(40, 14);
  return bytes;
}

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

function without(bytes: Buffer, from: number, count: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + count)]);
}

function changed(bytes: Buffer, at: number, to = (bytes[at] ?? 0) ^ 1): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = to;
  return copy;
}
