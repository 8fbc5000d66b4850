import { IMAGE_PARTS_MAX } from "../../limits.ts";
import { damaged, type PictureSize, tooManyParts, truncated } from "./size.ts";

const [VP8, VP8L, VP8X, ANMF] = [typeOf("VP8 "), typeOf("VP8L"), typeOf("VP8X"), typeOf("ANMF")];
const HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
/** What each kind of chunk has at least, up to the dimensions that it names. */
const VP8_BYTES = 10;
const VP8L_BYTES = 5;
const VP8X_BYTES = 10;
const ANMF_BYTES = 16;

/** Whether bytes start like a WebP. */
export function isWebp(bytes: Buffer): boolean {
  return bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, HEADER_BYTES) === "WEBP";
}

/**
 * The size of a WebP that has as many bytes as its RIFF header says, in whole chunks with a picture among them, or a
 * sentence that says what is wrong with it (RFC 9649). Does not look into the chunks.
 */
export function readWebp(bytes: Buffer): PictureSize | string {
  const end = bytes.readUInt32LE(4) + 8;
  if (end > bytes.length) return truncated("WebP");
  let size: PictureSize | undefined;
  let hasPicture = false;
  let parts = 0;
  for (let at = HEADER_BYTES; at + CHUNK_HEADER_BYTES <= end; ) {
    if (++parts > IMAGE_PARTS_MAX) return tooManyParts;
    const type = bytes.readUInt32LE(at);
    const length = bytes.readUInt32LE(at + 4);
    const start = at + CHUNK_HEADER_BYTES;
    if (start + length > end) return damaged("WebP", "a chunk is longer than the file");
    const named = readSize(bytes, start, type, length);
    if (named === "unreadable") return damaged("WebP", "a chunk's header is not valid");
    size ??= named;
    hasPicture ||= type === VP8 || type === VP8L || type === ANMF;
    // Chunks start at even places; the last may lack its padding.
    at = start + length + (length & 1);
  }
  return (hasPicture && size) || damaged("WebP", "it has no picture data");
}

/** The dimensions that a chunk names: those of the canvas or of the picture. */
function readSize(bytes: Buffer, at: number, type: number, length: number): PictureSize | "unreadable" | undefined {
  switch (type) {
    case VP8:
      if (length < VP8_BYTES || bytes.readUIntBE(at + 3, 3) !== 0x9d012a) return "unreadable";
      return { width: bytes.readUInt16LE(at + 6) & 0x3fff, height: bytes.readUInt16LE(at + 8) & 0x3fff };
    case VP8L: {
      if (length < VP8L_BYTES || bytes[at] !== 0x2f) return "unreadable";
      const bits = bytes.readUInt32LE(at + 1);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case VP8X:
      if (length < VP8X_BYTES) return "unreadable";
      return { width: bytes.readUIntLE(at + 4, 3) + 1, height: bytes.readUIntLE(at + 7, 3) + 1 };
    case ANMF:
      return length < ANMF_BYTES ? "unreadable" : undefined;
    default:
      return undefined;
  }
}

function typeOf(name: string): number {
  return Buffer.from(name, "latin1").readUInt32LE();
}
