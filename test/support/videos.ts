import { readFileSync } from "node:fs";
import { join } from "node:path";
import { box, boxHead, entryOf, ftyp, longBox, moov, tinyFilm, words } from "./mp4.ts";

const fixture = (name: string) => readFileSync(join(import.meta.dirname, "..", "fixtures", "videos", name));
const sample = (name: string) => readFileSync(join(import.meta.dirname, "..", "..", "local", "sample", name));
/** A second of WebM. */
export const webm = sample("clip.webm");
const gif = sample("clip.gif");
const EBML_HEADER_BYTES = 36;
const pictures = box("mdat", Buffer.from("pictures"));

/** A GIF of two pictures of one pixel, 3 by 2 pixels large. */
export const tinyGif = Buffer.from(
  "47494638396103000200800000000000ffffff21f90400050000002c00000000010001000002024401002c000000000100010000020244010021fe03616263003b",
  "hex",
);

/** Whole videos by the name of their kind, with what is known of each. */
export const wholeVideos: Readonly<Record<string, readonly [bytes: Buffer, type: string, facts: object]>> = {
  "a film with its header at the end": [
    fixture("moovend.mp4"),
    "video/mp4",
    { duration_seconds: 2, width: 320, height: 180, codec: "avc1.42c00b" },
  ],
  "a film of variable frame rate": [
    fixture("vfr.mp4"),
    "video/mp4",
    { duration_seconds: 1.9, width: 320, height: 180, codec: "avc1.64000c" },
  ],
  "a film in fragments that does not say how long it is": [
    fixture("frag.mp4"),
    "video/mp4",
    { width: 320, height: 180, codec: "avc1.42c00b" },
  ],
  "a film in fragments that says how long it is": [
    tinyFilm("pictures", { duration: 0, beside: box("mvex", box("mehd", words(0, 7500)), box("trex", words(0, 1))) }),
    "video/mp4",
    { duration_seconds: 7.5, width: 640, height: 480 },
  ],
  "a film in fragments whose header is as long as the first": [
    tinyFilm("pictures", { duration: 1000, beside: box("mvex", box("trex", words(0, 1))) }),
    "video/mp4",
    { width: 640, height: 480 },
  ],
  "a film of more samples than its table holds": [
    tinyFilm("pictures", { tables: box("stsz", words(0, 1, 2_880_000)) }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film whose tables' counts are all ones": [
    tinyFilm("pictures", {
      tables: Buffer.concat(
        ["stsz", "stts", "stsc", "ctts", "stco", "co64"].map((type) => box(type, words(0, 0, -1, -1))),
      ),
    }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film whose duration is unknown": [
    tinyFilm("pictures", { duration: 0xffffffff }),
    "video/mp4",
    { width: 640, height: 480 },
  ],
  "a film whose duration of 64 bits is unknown": [
    tinyFilm("pictures", { duration: 0xffffffff, isLong: true }),
    "video/mp4",
    { width: 640, height: 480 },
  ],
  "a film with times of 64 bits": [
    tinyFilm("pictures", { isLong: true }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film with boxes of 64 bits": [
    Buffer.concat([ftyp(), longBox("mdat", Buffer.from("pictures")), longBox("moov", moov().subarray(8))]),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film whose last box goes to the end": [
    Buffer.concat([ftyp(), moov(), words(0), Buffer.from("mdatpictures")]),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film with a box that is larger than the one around it": [
    tinyFilm("pictures", { beside: Buffer.concat([boxHead("udta", 1_000_000), words(1, 2)]) }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film with a box that is smaller than its own head": [
    tinyFilm("pictures", { beside: Buffer.concat([words(3), Buffer.from("udta")]) }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film with four zeros at the end of its header": [
    tinyFilm("pictures", { beside: words(0) }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a film of pictures and sound": [
    tinyFilm("pictures", { beside: boxInside(moov({ handler: "soun", size: [0, 0] }), "trak") }),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a QuickTime film": [
    Buffer.concat([ftyp("qt  "), box("wide"), pictures, moov({ entry: entryOf("ap4h") })]),
    "video/quicktime",
    { duration_seconds: 5, width: 640, height: 480, codec: "ap4h" },
  ],
  ...Object.fromEntries(
    ["moov", "mdat", "wide", "free", "skip"].map((first) => [
      `a QuickTime film older than ftyp that begins with ${first}`,
      [
        Buffer.concat([
          ...(first === "moov" || first === "mdat" ? [] : [box(first)]),
          ...(first === "moov" ? [moov(), pictures] : [pictures, moov()]),
        ]),
        "video/quicktime",
        { duration_seconds: 5, width: 640, height: 480 },
      ],
    ]),
  ),
  "a film whose ftyp follows what players skip": [
    Buffer.concat([box("free", Buffer.alloc(100)), tinyFilm("pictures")]),
    "video/mp4",
    { duration_seconds: 5, width: 640, height: 480 },
  ],
  "a WebM": [webm, "video/webm", { duration_seconds: 1 }],
  "a Matroska film": [asMatroska(webm), "video/x-matroska", { duration_seconds: 1 }],
  "a WebM that was recorded live": [asLive(webm), "video/webm", { duration_seconds: 1 }],
  "a GIF": [tinyGif, "image/gif", { width: 3, height: 2 }],
  "a GIF of many colours": [gif, "image/gif", { width: 160, height: 90 }],
  "a GIF with bytes after its end": [
    Buffer.concat([tinyGif, Buffer.from("more")]),
    "image/gif",
    { width: 3, height: 2 },
  ],
};

/** Bodies that are no whole video, by the name of their kind. */
export const brokenVideos: Readonly<Record<string, Buffer>> = {
  "a film that breaks off in its pictures": fixture("moovend.mp4").subarray(0, 16_830),
  "a film that breaks off before its header": fixture("moovend.mp4").subarray(0, 24_362),
  "a film that breaks off within its header": fixture("moovend.mp4").subarray(0, 25_000),
  "a film that lacks its last byte": fixture("moovend.mp4").subarray(0, -1),
  "a film that breaks off in the head of a box": tinyFilm("pictures").subarray(0, ftyp().length + moov().length + 3),
  "a film without pictures": Buffer.concat([ftyp(), moov()]),
  "a film that breaks off in a fragment": fixture("frag.mp4").subarray(0, 20_000),
  "a film whose box goes past the end": Buffer.concat([tinyFilm("pictures"), boxHead("free", 100)]),
  "a film whose large box goes past the end": Buffer.concat([tinyFilm("pictures"), words(1, 0x66726565, 0xfff, 0)]),
  "a film whose box is smaller than its own head": Buffer.concat([tinyFilm("pictures"), words(3), Buffer.from("free")]),
  "a picture in a box": Buffer.concat([ftyp("avif"), box("meta", words(0)), box("mdat", Buffer.from("pictures"))]),
  "a WebM that breaks off": webm.subarray(0, 3000),
  "a WebM that lacks its last byte": webm.subarray(0, -1),
  "a live WebM that breaks off": asLive(webm).subarray(0, 3000),
  "the header of a WebM": webm.subarray(0, 36),
  "a WebM of nothing": Buffer.concat([webm.subarray(0, 36), Buffer.from("1853806780", "hex")]),
  "a live WebM that breaks off behind its header": asLive(webm).subarray(0, asLive(webm).indexOf("1f43b675", "hex")),
  "a film of no pictures": Buffer.concat([ftyp(), moov(), box("mdat")]),
  "a film whose header is empty": Buffer.concat([ftyp(), box("moov"), box("mdat", Buffer.from("pictures"))]),
  "a GIF that breaks off": gif.subarray(0, 5000),
  "a large GIF that breaks off": Buffer.concat([
    tinyGif.subarray(0, 19),
    Buffer.from("21fe", "hex"),
    Buffer.alloc(256 * 12_000, 255),
  ]),
  "a GIF that lacks its last byte": tinyGif.subarray(0, -1),
  "a GIF without a picture": Buffer.concat([tinyGif.subarray(0, 19), Buffer.from([0x3b])]),
  "an HTML page": Buffer.from("<!doctype html><html><title>Sorry</title></html>"),
  "an XML error": Buffer.from("<?xml version='1.0'?><Error><Code>NoSuchKey</Code></Error>"),
  JSON: Buffer.from('{"detail":"not found"}'),
  "a PNG": Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"),
  "a JPEG": Buffer.from("ffd8ffe000104a464946000101000001", "hex"),
  "a PDF": Buffer.from("%PDF-1.7\n"),
  "an AVI": Buffer.from("RIFF\0\0\0\0AVI LIST", "latin1"),
  zeros: Buffer.alloc(10_000),
  ones: Buffer.alloc(10_000, 255),
  "four letters": Buffer.from("ftyp"),
};

/** The first box of a type inside another one. */
function boxInside(outer: Buffer, type: string): Buffer {
  const at = outer.indexOf(type, 8, "latin1") - 4;
  return outer.subarray(at, at + outer.readUInt32BE(at));
}

/** The same film under Matroska's own name: its header names `matroska` and grows by the difference. */
function asMatroska(film: Buffer): Buffer {
  const content = Buffer.concat([
    words(0x42_82_88_00).subarray(0, 3),
    Buffer.from("matroska"),
    words(0x42878102, 0x42858102),
  ]);
  return Buffer.concat([
    Buffer.from([0x1a, 0x45, 0xdf, 0xa3, 0x80 + content.length]),
    content,
    film.subarray(EBML_HEADER_BYTES),
  ]);
}

/** The same film as a recorder writes it that cannot go back: the segment's size is unknown. */
export function asLive(film: Buffer): Buffer {
  const live = Buffer.from(film);
  live.fill(0xff, EBML_HEADER_BYTES + 5, EBML_HEADER_BYTES + 12);
  return live;
}
