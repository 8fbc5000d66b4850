import { IMAGE_PARTS_MAX } from "../../limits.ts";
import { markerFinder } from "./jpeg-markers.ts";
import { damaged, type PictureSize, tooManyParts, truncated } from "./size.ts";

const TEM = 0x01;
const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
/** Start of frame: Huffman and arithmetic coding, sequential, progressive and lossless (ITU T.81 table B.1). */
const FRAMES = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc9, 0xca, 0xcb]);
/** With arithmetic coding a scan may have no data, because zeros at its end are left out (ITU T.81 D.1.8). */
const LAST_HUFFMAN_FRAME = 0xc3;
/** A frame's header up to its width: length, precision, height, width. */
const FRAME_BYTES = 7;

/** Whether bytes start like a JPEG. */
export function isJpeg(bytes: Buffer): boolean {
  return bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;
}

/**
 * The size of a JPEG that reaches its end-of-image marker after a scan, or a sentence that says what is wrong with it.
 * Bytes after that marker do not matter: phones append films and further pictures there. Reads each byte once.
 */
export function readJpeg(bytes: Buffer): PictureSize | string {
  const findMarker = markerFinder(bytes);
  let size: PictureSize | undefined;
  let isHuffman = false;
  let firstScan = bytes.length;
  let at = 2;
  for (let parts = 0; parts < IMAGE_PARTS_MAX; parts++) {
    const marker = findMarker(at);
    const code = bytes[marker];
    if (marker === -1 || code === undefined) return truncated("JPEG");
    at = marker + 1;
    if (code === EOI) return (marker - 1 > firstScan && size) || damaged("JPEG", "it has no picture data");
    // The next picture of a file follows the end of the one before, so this one ends within its scan.
    if (code === SOI && firstScan < bytes.length) return truncated("JPEG");
    if (code === SOI || code === TEM) continue;
    if (at + 2 > bytes.length) return truncated("JPEG");
    const length = bytes.readUInt16BE(at);
    if (length < 2) return damaged("JPEG", "a segment has no length");
    if (at + length > bytes.length) return truncated("JPEG");
    if (FRAMES.has(code)) {
      if (length < FRAME_BYTES) return damaged("JPEG", "its frame header is too short");
      isHuffman ||= code <= LAST_HUFFMAN_FRAME;
      size ??= { height: bytes.readUInt16BE(at + 3), width: bytes.readUInt16BE(at + 5) };
    }
    at += length;
    if (code !== SOS) continue;
    firstScan = Math.min(firstScan, at);
    if (isHuffman && bytes[at] === 0xff && bytes[at + 1] !== 0) return damaged("JPEG", "one of its scans has no data");
  }
  return tooManyParts;
}
