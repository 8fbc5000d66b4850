import { VIDEO_FACT_MAX_BYTES, VIDEO_FACTS_MAX_BYTES } from "../limits.ts";
import { type BoxName, keepBox, type MovieBoxes, movieFacts, startTrack } from "./mp4-facts.ts";
import type { OpenVideo, Step, Structure, VideoForm } from "./structure.ts";

/** The boxes inside a box that are entered or read, by their type as a number; all others are skipped. */
type Level = ReadonlyMap<number, Level | BoxName>;

const MOOV = codeOf("moov");
const MDAT = codeOf("mdat");
const TRAK = codeOf("trak");
const MVEX = codeOf("mvex");
const FTYP = codeOf("ftyp");
const QUICKTIME_BRAND = codeOf("qt  ");
/** QuickTime files older than `ftyp` start with one of these. */
const LEGACY_HEADS = new Set(["moov", "mdat", "wide", "free", "skip", "pnot"].map(codeOf));

const MEDIA = level({ hdlr: "hdlr", minf: level({ stbl: level({ stsd: "stsd" }) }) });
const TRACK = level({ tkhd: "tkhd", mdia: MEDIA });
const FILE = level({ moov: level({ mvhd: "mvhd", mvex: level({ mehd: "mehd" }), trak: TRACK }) });

const SHORT_HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;

/** Recognises MP4 and QuickTime by the first bytes (ISO/IEC 14496-12 §4.3). */
export function recogniseMp4(head: Buffer): VideoForm | undefined {
  if (head.length < SHORT_HEAD_BYTES) return undefined;
  const [first, brand] = [head.readUInt32BE(4), brandIn(head)];
  if (first !== FTYP && !LEGACY_HEADS.has(first)) return undefined;
  const isQuickTime = brand === undefined ? first !== FTYP : brand === QUICKTIME_BRAND;
  return isQuickTime
    ? { contentType: "video/quicktime", extension: "mov", open: openMp4 }
    : { contentType: "video/mp4", extension: "mp4", open: openMp4 };
}

/** The major brand in `ftyp`, which may follow boxes that players skip. */
function brandIn(head: Buffer): number | undefined {
  for (let at = 0; at + SHORT_HEAD_BYTES + 4 <= head.length; ) {
    if (head.readUInt32BE(at + 4) === FTYP) {
      const content = at + (head.readUInt32BE(at) === 1 ? LONG_HEAD_BYTES : SHORT_HEAD_BYTES);
      return content + 4 <= head.length ? head.readUInt32BE(content) : undefined;
    }
    at += Math.max(head.readUInt32BE(at), SHORT_HEAD_BYTES);
  }
  return undefined;
}

function openMp4(): OpenVideo {
  const found: Found = { hasMovie: false, hasMedia: false, boxes: { track: {} } };
  return {
    structure: readBoxes(found),
    hasAll: () => found.hasMovie && found.hasMedia,
    facts: () => movieFacts(found.boxes),
  };
}

interface Found {
  /** Whether there is a `moov`, without which nothing can be played. */
  hasMovie: boolean;
  /** Whether there is an `mdat`, without which there is nothing to play. */
  hasMedia: boolean;
  readonly boxes: MovieBoxes;
}

interface Container {
  readonly level: Level;
  /** Position in the file. */
  readonly end: number;
}

/**
 * Walks through the boxes at any position, and enters only those that lead to the facts (ISO/IEC 14496-12 §4.2).
 */
function* readBoxes(found: Found): Structure {
  const open: Container[] = [];
  let parent: Container = { level: FILE, end: Number.POSITIVE_INFINITY };
  let [at, skip, left] = [0, 0, VIDEO_FACTS_MAX_BYTES];
  for (;;) {
    while (parent.end - at < SHORT_HEAD_BYTES) {
      skip += parent.end - at;
      at = parent.end;
      parent = open.pop() ?? parent;
    }
    const bytes = yield { skip, read: SHORT_HEAD_BYTES, mayEnd: parent.end === Number.POSITIVE_INFINITY };
    const [shortSize, type] = [bytes.readUInt32BE(), bytes.readUInt32BE(4)];
    const isLong = shortSize === 1 && parent.end - at >= LONG_HEAD_BYTES;
    const size = isLong ? longSize(yield LONG_SIZE) : shortSize;
    const contentAt = at + (isLong ? LONG_HEAD_BYTES : SHORT_HEAD_BYTES);
    const isOutermost = open.length === 0;
    if (isOutermost) {
      if (size !== 0 && at + size < contentAt) return false;
      const isEmpty = size !== 0 && at + size === contentAt;
      found.hasMovie ||= type === MOOV && !isEmpty;
      found.hasMedia ||= type === MDAT && !isEmpty;
    }
    // A size of 0 means "to the end". A box that does not fit into the one around it is damaged, and so is what follows.
    const isSound = at + size >= contentAt && at + size <= parent.end;
    const end = isSound ? at + size : parent.end;
    const inside = isSound || isOutermost ? parent.level.get(type) : undefined;
    if (typeof inside === "object") {
      if (type === TRAK) startTrack(found.boxes);
      found.boxes.isFragmented ||= type === MVEX;
      open.push(parent);
      parent = { level: inside, end };
      [at, skip] = [contentAt, 0];
    } else {
      const read = inside === undefined ? 0 : Math.min(end - contentAt, VIDEO_FACT_MAX_BYTES, left);
      if (inside !== undefined && read > 0)
        keepBox(found.boxes, inside, (yield { skip: 0, read, mayEnd: false }).subarray(0, read));
      left -= read;
      [at, skip] = [end, end - contentAt - read];
      if (at === Number.POSITIVE_INFINITY) yield { skip, read: 1, mayEnd: true };
    }
  }
}

/** The step to the size of a large box, which follows its type. */
const LONG_SIZE: Step = { skip: 0, read: LONG_HEAD_BYTES - SHORT_HEAD_BYTES, mayEnd: false };

function longSize(bytes: Buffer): number {
  return Number(bytes.readBigUInt64BE());
}

function level(boxes: Readonly<Record<string, Level | BoxName>>): Level {
  return new Map(Object.entries(boxes).map(([type, inside]) => [codeOf(type), inside]));
}

function codeOf(type: string): number {
  return Buffer.from(type, "latin1").readUInt32BE();
}
