import { codecIn, isSquare } from "./codec.ts";
import type { VideoFacts } from "./structure.ts";

/** The boxes that hold the facts. */
export type BoxName = "mvhd" | "mehd" | keyof TrackBoxes;

/** What a movie's header holds: contents of boxes, without their heads. Long ones are cut off. */
export interface MovieBoxes {
  mvhd?: Buffer;
  mehd?: Buffer;
  /** Whether the film is in fragments. `mvhd` then says how long the first of them is, or nothing. */
  isFragmented?: boolean;
  /** The track that is being read. */
  track: TrackBoxes;
  /** The first track with pictures. */
  video?: TrackBoxes;
  /** The duration of the longest track, in the movie's units, if a track says it. */
  longest?: number | undefined;
}

interface TrackBoxes {
  tkhd?: Buffer;
  hdlr?: Buffer;
  stsd?: Buffer;
}

/** Ends the previous track and starts the next one. */
export function startTrack(movie: MovieBoxes): void {
  endTrack(movie);
  movie.track = {};
}

function endTrack(movie: MovieBoxes): void {
  const { tkhd, hdlr } = movie.track;
  if (hdlr?.toString("latin1", HANDLER_AT, HANDLER_AT + 4) === "vide") movie.video ??= movie.track;
  const at = TKHD[tkhd?.[0] ?? 2];
  if (tkhd === undefined || at === undefined || tkhd.length < at.height) return;
  movie.longest = Math.max(movie.longest ?? 0, timeIn(tkhd, at.duration) ?? 0) || movie.longest;
}

/** Keeps a copy of a box's content. Of two boxes with one name, the first counts. */
export function keepBox(movie: MovieBoxes, name: BoxName, content: Buffer): void {
  const owner: Partial<Record<BoxName, Buffer>> = name === "mvhd" || name === "mehd" ? movie : movie.track;
  owner[name] ??= Buffer.from(content);
}

/** The facts of a movie (ISO/IEC 14496-12 §8). Each is left out where its box is absent, cut off or in another form. */
export function movieFacts(movie: MovieBoxes): VideoFacts {
  endTrack(movie);
  return {
    ...orNothing(() => durationOf(movie)),
    ...orNothing(() => sizeOf(movie)),
    ...orNothing(() => codecOf(movie)),
  };
}

/** A read beyond the end of a box throws a RangeError: the box does not hold the fact. */
function orNothing(read: () => VideoFacts): VideoFacts {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return {};
    throw error;
  }
}

const HANDLER_AT = 8;
/** Positions in a box, in version 0 and in version 1, which has longer times. */
const MVHD = [
  { timescale: 12, duration: 16, matrix: 36 },
  { timescale: 20, duration: 24, matrix: 48 },
] as const;
const TKHD = [
  { duration: 20, matrix: 40, width: 76, height: 80 },
  { duration: 28, matrix: 52, width: 88, height: 92 },
] as const;
const MEHD_DURATION = 4;
/** How much the durations of a movie and of its longest track may differ, by rounding or by an edit. */
const TOLERANCE = 0.05;
const FIXED_POINT_ONE = 0x10000;
const UNKNOWN_32 = 0xffffffff;

/** A movie is as long as its longest track (§8.2.2). If the two differ, one of them is wrong. */
function durationOf({ mvhd, mehd, isFragmented, longest }: MovieBoxes): VideoFacts {
  const at = MVHD[mvhd?.[0] ?? 2];
  if (mvhd === undefined || at === undefined) return {};
  const units = isFragmented ? mehd && timeIn(mehd, MEHD_DURATION) : timeIn(mvhd, at.duration);
  if (!isFragmented && longest !== undefined && Math.abs((units ?? 0) - longest) > longest * TOLERANCE) return {};
  const seconds = (units ?? 0) / mvhd.readUInt32BE(at.timescale);
  const rounded = Math.round(seconds * 1000) / 1000;
  return Number.isFinite(rounded) && rounded > 0 ? { duration_seconds: rounded } : {};
}

/** A time whose bits are all ones is unknown (§8.2.2). Some writers fill only the lower half. */
function timeIn(box: Buffer, at: number): number | undefined {
  const time = box[0] === 0 ? box.readUInt32BE(at) : box[0] === 1 ? Number(box.readBigUInt64BE(at)) : UNKNOWN_32;
  return time === UNKNOWN_32 || !Number.isSafeInteger(time) ? undefined : time;
}

/** The size as displayed: that of the track, turned and scaled by the matrices of track and movie. */
function sizeOf({ mvhd, video }: MovieBoxes): VideoFacts {
  const at = TKHD[video?.tkhd?.[0] ?? 2];
  if (video?.tkhd === undefined || at === undefined) return {};
  const said = { width: video.tkhd.readUInt32BE(at.width), height: video.tkhd.readUInt32BE(at.height) };
  const track = said.width > 0 && said.height > 0 ? said : encodedSize(video.stsd);
  const movieAt = MVHD[mvhd?.[0] ?? 2];
  const [a, b, c, d] = product(
    matrixIn(video.tkhd, at.matrix),
    mvhd !== undefined && movieAt !== undefined ? matrixIn(mvhd, movieAt.matrix) : IDENTITY,
  );
  const isUpright = b === 0 && c === 0;
  const isTurned = a === 0 && d === 0;
  if (track === undefined || isUpright === isTurned) return {};
  const pixels = (fixed: number) => Math.round(Math.abs(fixed) / FIXED_POINT_ONE);
  const width = pixels(isUpright ? track.width * a : track.height * c);
  const height = pixels(isUpright ? track.height * d : track.width * b);
  return width > 0 && height > 0 ? { width, height } : {};
}

const ENTRY_WIDTH_AT = 40;
const ENTRY_HEIGHT_AT = 42;

/** The size of the coded pictures, in fixed point, if their pixels are square. */
function encodedSize(stsd: Buffer | undefined) {
  if (stsd === undefined || !isSquare(stsd)) return undefined;
  return {
    width: stsd.readUInt16BE(ENTRY_WIDTH_AT) * FIXED_POINT_ONE,
    height: stsd.readUInt16BE(ENTRY_HEIGHT_AT) * FIXED_POINT_ONE,
  };
}

/** The part of a matrix that turns and scales: a, b, c and d. */
type Matrix = readonly [number, number, number, number];
const IDENTITY: Matrix = [1, 0, 0, 1];

/** A matrix of zeros was left unset, and players ignore it. */
function matrixIn(box: Buffer, at: number): Matrix {
  const part = (index: number) => box.readInt32BE(at + 4 * index) / FIXED_POINT_ONE;
  const matrix = [part(0), part(1), part(3), part(4)] as const;
  return matrix.every((value) => value === 0) ? IDENTITY : matrix;
}

function product([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix {
  return [a * e + b * g, a * f + b * h, c * e + d * g, c * f + d * h];
}

function codecOf({ video }: MovieBoxes): VideoFacts {
  const codec = video?.stsd && codecIn(video.stsd);
  return codec === undefined ? {} : { codec };
}
