import { createFile, type Movie, MP4BoxBuffer } from "mp4box";
import type { VideoFile } from "../job/job.ts";
import { MOVIE_HEADER_MAX_BYTES } from "../limits.ts";

/** The facts in an MP4's header. */
export type MovieFacts = Pick<VideoFile, "duration_seconds" | "width" | "height" | "codec">;

const HEADER_BOXES = new Set(["ftyp", "moov"]);
const SHORT_HEAD_BYTES = 8;
const LONG_HEAD_BYTES = 16;

/**
 * Reads a movie's facts while its bytes pass through. It keeps only the header: the boxes `ftyp` and `moov`, at any
 * position (ISO/IEC 14496-12 §4.2). The parser alone would keep everything except the frames, and copy it again with
 * each chunk. Bytes that are not an MP4 have no facts; this is not an error.
 */
export function readMovie() {
  let head = Buffer.alloc(0);
  const header: Buffer[] = [];
  let headerBytes = 0;
  let isHeader = false;
  let left = 0;
  const open = (box: Box) => {
    isHeader = HEADER_BOXES.has(box.type) && headerBytes + box.contentBytes <= MOVIE_HEADER_MAX_BYTES;
    if (isHeader) header.push(head);
    headerBytes += isHeader ? box.contentBytes : 0;
    left = box.contentBytes;
    head = Buffer.alloc(0);
  };
  return {
    take(chunk: Uint8Array): void {
      let rest: Buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      while (rest.length > 0) {
        const taken = rest.subarray(0, left > 0 ? left : headBytes(head) - head.length);
        rest = rest.subarray(taken.length);
        if (left > 0) {
          if (isHeader) header.push(Buffer.from(taken));
          left -= taken.length;
        } else {
          head = Buffer.concat([head, taken]);
          if (head.length >= headBytes(head)) open(readBox(head));
        }
      }
    },
    facts: (): MovieFacts => parse(Buffer.concat(header)),
  };
}

interface Box {
  readonly type: string;
  readonly contentBytes: number;
}

function headBytes(head: Buffer): number {
  return head.length >= SHORT_HEAD_BYTES && head.readUInt32BE() === 1 ? LONG_HEAD_BYTES : SHORT_HEAD_BYTES;
}

/** A size of 0 means "to the end of the file". A size that is too small is invalid, and nothing after it is read. */
function readBox(head: Buffer): Box {
  const size = head.length === LONG_HEAD_BYTES ? Number(head.readBigUInt64BE(SHORT_HEAD_BYTES)) : head.readUInt32BE();
  const contentBytes = size < head.length ? Number.POSITIVE_INFINITY : size - head.length;
  return { type: head.toString("latin1", 4, 8), contentBytes };
}

function parse(header: Buffer): MovieFacts {
  let movie: Movie | undefined;
  try {
    const file = createFile(false);
    file.onReady = (info) => {
      movie = info;
    };
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(header).buffer, 0));
    file.flush();
  } catch {
    return {};
  }
  return movie === undefined ? {} : factsOf(movie);
}

function factsOf(movie: Movie): MovieFacts {
  const track = movie.videoTracks[0];
  const seconds = movie.duration / movie.timescale;
  return {
    ...(Number.isFinite(seconds) && seconds > 0 && { duration_seconds: Math.round(seconds * 1000) / 1000 }),
    ...(track?.video && { width: track.video.width, height: track.video.height }),
    ...(track && { codec: track.codec }),
  };
}
