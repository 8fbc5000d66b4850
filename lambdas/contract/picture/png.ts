import { crc32 } from "node:zlib";
import { IMAGE_PARTS_MAX } from "../../limits.ts";
import { damaged, type PictureSize, tooManyParts, truncated } from "./size.ts";

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const [IHDR, IDAT, IEND] = [typeOf("IHDR"), typeOf("IDAT"), typeOf("IEND")];
/** Length and type of an IEND chunk. */
const END_START = Buffer.from("\0\0\0\0IEND", "latin1");
/** Number of bytes at the end of the file that are searched for it. */
const END_SEARCH_BYTES = 1024 * 1024;
/** Length, type and checksum of a chunk. */
const CHUNK_FRAME_BYTES = 12;
const IHDR_BYTES = 13;

/** Whether bytes start with the signature of PNG. */
export function isPng(bytes: Buffer): boolean {
  return bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);
}

/**
 * Whether bytes start with what a transfer in text mode leaves of the signature of PNG: it contains a byte of eight
 * bits and all kinds of line breaks, so that this is noticed (PNG specification §5.2).
 */
export function isMangledPng(bytes: Buffer): boolean {
  const name = bytes.subarray(0, SIGNATURE.length).indexOf("PNG");
  return name !== -1 && bytes.subarray(0, 2 * SIGNATURE.length).includes("\n", name) && !isPng(bytes);
}

/**
 * The size of a PNG that has a good header, picture data and an IEND chunk, or a sentence that says what is wrong with
 * it. Walks from chunk to chunk and does not look into them.
 */
export function readPng(bytes: Buffer): PictureSize | string {
  const first = SIGNATURE.length;
  if (bytes.length < first + IHDR_BYTES + CHUNK_FRAME_BYTES) return truncated("PNG");
  const header = bytes.subarray(first + 4, first + 8 + IHDR_BYTES);
  if (bytes.readUInt32BE(first) !== IHDR_BYTES || header.readUInt32BE(0) !== IHDR)
    return damaged("PNG", "it does not start with its header");
  if (crc32(header) !== bytes.readUInt32BE(first + 8 + IHDR_BYTES))
    return damaged("PNG", "the checksum of its header is wrong");
  const size = { width: header.readUInt32BE(4), height: header.readUInt32BE(8) };
  const problem = walk(bytes, first + IHDR_BYTES + CHUNK_FRAME_BYTES);
  return problem ?? size;
}

/** Walks from the chunk at an index to IEND. Returns a sentence if there is no IEND or no picture data before it. */
function walk(bytes: Buffer, from: number): string | undefined {
  let hasData = false;
  let behindData: number | undefined;
  let parts = 0;
  for (let at = from; at + CHUNK_FRAME_BYTES <= bytes.length; ) {
    if (++parts > IMAGE_PARTS_MAX) return tooManyParts;
    const length = bytes.readUInt32BE(at);
    const type = bytes.readUInt32BE(at + 4);
    if (type === IEND) return hasData ? undefined : damaged("PNG", "it has no picture data");
    if (hasData && type !== IDAT) behindData ??= isName(bytes, at + 4) ? at : bytes.length;
    hasData ||= type === IDAT && length > 0;
    at += CHUNK_FRAME_BYTES + length;
  }
  // Decoders read no further than the picture data, so a damaged chunk between it and the end does no harm. Where no
  // chunk starts behind the data, a piece of the data is missing.
  const end = bytes.indexOf(END_START, Math.max(behindData ?? bytes.length, bytes.length - END_SEARCH_BYTES));
  return end === -1 || end + CHUNK_FRAME_BYTES > bytes.length ? truncated("PNG") : undefined;
}

/** Whether a chunk's type is four letters, as all are. */
function isName(bytes: Buffer, at: number): boolean {
  return /^[a-z]{4}$/i.test(bytes.toString("latin1", at, at + 4));
}

function typeOf(name: string): number {
  return Buffer.from(name, "latin1").readUInt32BE();
}
