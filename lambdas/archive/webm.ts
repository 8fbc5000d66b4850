import { VIDEO_FACT_MAX_BYTES } from "../limits.ts";
import type { Step, Structure, VideoFacts, VideoForm } from "./structure.ts";

/** Elements, by their id with its marker bit (RFC 8794 §5, RFC 9559 §5). */
const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const INFO = 0x1549a966;
const CLUSTER = 0x1f43b675;
const DURATION = 0x4489;
const TIMESTAMP_SCALE = 0x2ad7b1;
const DEFAULT_SCALE_NS = 1_000_000;
const NS_PER_SECOND = 1e9;

/** Recognises WebM and Matroska by their EBML header. */
export function recogniseWebm(head: Buffer): VideoForm | undefined {
  const header = elementsIn(head).next().value;
  if (header?.id !== EBML) return undefined;
  const type = [...elementsIn(header.content)].find(({ id }) => id === DOC_TYPE)?.content.toString("latin1");
  switch (type?.replace(/\0+$/, "")) {
    case "webm":
      return { contentType: "video/webm", extension: "webm", open: openWebm };
    case "matroska":
      return { contentType: "video/x-matroska", extension: "mkv", open: openWebm };
    default:
      return undefined;
  }
}

function openWebm() {
  const found: Found = {};
  return {
    structure: readElements(found),
    hasAll: () => found.hasCluster === true,
    facts: () => (found.info === undefined ? {} : durationIn(found.info)),
  };
}

interface Found {
  hasSegment?: boolean;
  /** Whether there is a cluster with content, without which there is nothing to play. */
  hasCluster?: boolean;
  info?: Buffer;
}

/**
 * Walks through the elements of the file and of its segment. An element whose size is unknown, as in live recordings,
 * is entered: the elements inside it follow.
 */
function* readElements(found: Found): Structure {
  let [at, skip, segmentEnd] = [0, 0, 0];
  for (;;) {
    const isInside = at < segmentEnd;
    const mayEnd = !isInside || segmentEnd === Number.POSITIVE_INFINITY;
    const { id, size, headBytes } = yield* readHead(skip, mayEnd);
    const contentAt = at + headBytes;
    if (id === CLUSTER && isInside && size > 0) found.hasCluster = true;
    if (id === undefined && mayEnd) return !isInside && found.hasSegment === true;
    if (id === SEGMENT && !isInside) {
      found.hasSegment = true;
      segmentEnd = contentAt + size;
      [at, skip] = [contentAt, 0];
    } else if (size === Number.POSITIVE_INFINITY && id !== undefined) {
      [at, skip] = [contentAt, 0];
    } else {
      // What is no element leads to the segment's end, and so does an element that is larger than the segment.
      const end = isInside ? Math.max(contentAt, Math.min(contentAt + size, segmentEnd)) : contentAt + size;
      const read = id === INFO && found.info === undefined ? Math.min(end - contentAt, VIDEO_FACT_MAX_BYTES) : 0;
      if (read > 0) found.info = Buffer.from((yield { skip: 0, read, mayEnd: false }).subarray(0, read));
      [at, skip] = [end, end - contentAt - read];
    }
  }
}

interface ElementHead {
  /** Undefined: no element starts here. */
  readonly id: number | undefined;
  /** Bytes of content. Infinity: unknown. */
  readonly size: number;
  readonly headBytes: number;
}

const ID_MAX_BYTES = 4;
const SIZE_MAX_BYTES = 8;

/** The length of a number is in its first byte: one more than the zeros before its first one (RFC 8794 §4.1). */
function lengthOf(first: number): number {
  return Math.clz32(first) - 23;
}

function* readHead(skip: number, mayEnd: boolean): Generator<Step, ElementHead, Buffer> {
  let id = (yield { skip, read: 1, mayEnd }).readUInt8();
  const idBytes = lengthOf(id);
  if (idBytes > ID_MAX_BYTES) return { id: undefined, size: Number.POSITIVE_INFINITY, headBytes: 1 };
  const rest = yield { skip: 0, read: idBytes, mayEnd: false };
  for (let at = 0; at < idBytes - 1; at++) id = id * 256 + rest.readUInt8(at);
  const first = rest.readUInt8(idBytes - 1);
  const sizeBytes = lengthOf(first);
  if (sizeBytes > SIZE_MAX_BYTES) return { id: undefined, size: Number.POSITIVE_INFINITY, headBytes: 1 + idBytes };
  const tail = sizeBytes === 1 ? NO_BYTES : yield { skip: 0, read: sizeBytes - 1, mayEnd: false };
  return { id, size: sizeIn(first, tail.subarray(0, sizeBytes - 1)), headBytes: idBytes + sizeBytes };
}

const NO_BYTES = Buffer.alloc(0);

/** A size whose bits are all ones is unknown. */
function sizeIn(first: number, rest: Buffer): number {
  const mask = (1 << (7 - rest.length)) - 1;
  const isUnknown = (first & mask) === mask && rest.every((byte) => byte === 255);
  return isUnknown ? Number.POSITIVE_INFINITY : rest.reduce((size, byte) => size * 256 + byte, first & mask);
}

/** The elements one after the other in these bytes; the first that is cut off ends them. */
function* elementsIn(bytes: Buffer): Generator<{ readonly id: number; readonly content: Buffer }> {
  for (let at = 0; at < bytes.length; ) {
    const idBytes = lengthOf(bytes.readUInt8(at));
    const first = bytes[at + idBytes];
    if (idBytes > ID_MAX_BYTES || first === undefined) return;
    const sizeBytes = lengthOf(first);
    const contentAt = at + idBytes + sizeBytes;
    if (sizeBytes > SIZE_MAX_BYTES || contentAt > bytes.length) return;
    const end = contentAt + sizeIn(first, bytes.subarray(at + idBytes + 1, contentAt));
    if (end > bytes.length) return;
    yield { id: bytes.readUIntBE(at, idBytes), content: bytes.subarray(contentAt, end) };
    at = end;
  }
}

function durationIn(info: Buffer): VideoFacts {
  const elements = new Map<number, Buffer>();
  for (const { id, content } of elementsIn(info)) if (!elements.has(id)) elements.set(id, content);
  const [duration, scale] = [elements.get(DURATION), elements.get(TIMESTAMP_SCALE)];
  const ticks = duration?.length === 8 ? duration.readDoubleBE() : duration?.length === 4 ? duration.readFloatBE() : 0;
  const scaleNs = scale === undefined ? DEFAULT_SCALE_NS : unsigned(scale);
  const seconds = Math.round((ticks * scaleNs * 1000) / NS_PER_SECOND) / 1000;
  return Number.isFinite(seconds) && seconds > 0 ? { duration_seconds: seconds } : {};
}

function unsigned(bytes: Buffer): number {
  return bytes.length <= 6 && bytes.length > 0 ? bytes.readUIntBE(0, bytes.length) : Number.NaN;
}
