import { randomBytes } from "node:crypto";
import { PICTURES } from "./pictures.ts";

const HEX = {
  jpegStart: "ffd8ffc0000b080010001001011100",
  scan: "ffda0008010100003f00",
} as const;

/** Files of a number of bytes that are made to keep a reader busy, by what they consist of. */
export function hostilePictures(byteCount: number): Readonly<Record<string, Buffer>> {
  const filled = (start: Buffer, ...pattern: readonly number[]) =>
    Buffer.concat([start, Buffer.alloc(byteCount - start.length, Buffer.from(pattern))]);
  const mixed = (start: Buffer, pick: (byte: number) => number) =>
    Buffer.concat([start, randomBytes(byteCount - start.length).map(pick)]);
  const header = Buffer.from(HEX.jpegStart, "hex");
  const scan = Buffer.from(HEX.jpegStart + HEX.scan, "hex");
  const png = PICTURES["image/png"].subarray(0, 33);
  const webp = Buffer.from(PICTURES["image/webp"].subarray(0, 12));
  webp.writeUInt32LE(byteCount - 8, 4);
  return {
    "a JPEG header and zeros": filled(header, 0),
    "a scan of zeros": filled(scan, 0),
    "a scan of 0xFF": filled(scan, 0xff),
    "a scan of stuffed 0xFF": filled(scan, 0xff, 0),
    "a scan of restarts": filled(scan, 0xff, 0xd3),
    "a scan of stuffed 0xFF, each at an odd place": filled(Buffer.concat([scan, Buffer.alloc(1)]), 0xff, 0),
    "a scan of stuffed 0xFF and zeros at random": mixed(scan, (byte) => [0xff, 0, 0xff, 0xd1][byte % 4] ?? 0),
    "a scan of random bytes without a marker": mixed(scan, (byte) => byte % 0xff),
    "segments of no bytes": filled(header, 0xff, 0xe0, 0, 2),
    "scans of no bytes": filled(header, 0xff, 0xda, 0, 2),
    "scans of 40 bytes": filled(header, 0xff, 0xda, 0, 2, ...Buffer.alloc(40)),
    "markers without a segment": filled(header, 0xff, 0x01),
    "empty PNG chunks": filled(png, ...Buffer.from("0000000074455874a8eed9e0", "hex")),
    "empty IDAT chunks": filled(png, ...Buffer.from("00000000494441540000000000000001494441540000000000", "hex")),
    "a PNG of the bytes before its end": filled(
      png,
      ...Buffer.from("\0\0\0\x01IDATx\0\0\0\0\0\0\0\0IENE\0\0\0\0", "latin1"),
    ),
    "empty WebP chunks": filled(webp, ...Buffer.from("4558494600000000", "hex")),
    "WebP frames without a picture": filled(webp, ...Buffer.from("414e4d4610000000", "hex"), ...Buffer.alloc(16)),
    "blanks before an SVG": filled(Buffer.alloc(0), 0x20),
    zeros: filled(Buffer.alloc(0), 0),
  };
}
