/** One box of an MP4: its size, its type of four letters and its content (ISO/IEC 14496-12 §4.2). */
export function box(type: string, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([boxHead(type, content.length), content]);
}

/** The head of a box whose content follows. */
export function boxHead(type: string, contentBytes: number): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(contentBytes + head.length);
  head.write(type, 4, "latin1");
  return head;
}

/** A box whose size has 64 bits. */
export function longBox(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(1);
  head.write(type, 4, "latin1");
  head.writeBigUInt64BE(BigInt(content.length + head.length), 8);
  return Buffer.concat([head, content]);
}

/** The outermost boxes of an MP4, by type. */
export function boxesOf(film: Buffer): ReadonlyMap<string, Buffer> {
  const boxes = new Map<string, Buffer>();
  for (let start = 0; start < film.length; ) {
    const size = film.readUInt32BE(start);
    boxes.set(film.toString("latin1", start + 4, start + 8), film.subarray(start, start + size));
    start += size;
  }
  return boxes;
}

/** Numbers of 32 bits, one after the other. */
export function words(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) bytes.writeInt32BE(number | 0, 4 * index);
  return bytes;
}

/** What a made movie says of itself. Matrices are a, b, c and d, in whole turns and sizes. */
export interface MovieParts {
  /** In milliseconds. */
  readonly duration?: number;
  readonly size?: readonly [width: number, height: number];
  readonly matrix?: readonly [number, number, number, number];
  readonly movieMatrix?: readonly [number, number, number, number];
  /** Whether times have 64 bits. */
  readonly isLong?: boolean;
  /** Boxes beside the track. */
  readonly beside?: Buffer;
  readonly handler?: string;
  /** The sample entry, without its head; nothing: no entry. */
  readonly entry?: Buffer;
  /** Boxes beside `stsd`. */
  readonly tables?: Buffer;
}

const UPRIGHT = [1, 0, 0, 1] as const;
const ALL_ONES = 0xffffffff;

/** `moov` with one track, at 1,000 units a second. */
export function moov({
  duration = 5000,
  size = [640, 480],
  matrix = UPRIGHT,
  movieMatrix = UPRIGHT,
  isLong = false,
  beside = Buffer.alloc(0),
  handler = "vide",
  entry,
  tables = Buffer.alloc(0),
}: MovieParts = {}): Buffer {
  const version = words(isLong ? 1 << 24 : 0);
  const times = Buffer.alloc(isLong ? 16 : 8);
  const length = isLong ? words(duration === ALL_ONES ? ALL_ONES : 0, duration) : words(duration);
  const mvhd = box(
    "mvhd",
    version,
    times,
    words(1000),
    length,
    Buffer.alloc(16),
    matrixOf(movieMatrix),
    words(...ZEROS),
  );
  const [width, height] = size.map((pixels) => pixels * 65_536);
  const tkhd = box(
    "tkhd",
    version,
    times,
    words(1, 0),
    length,
    Buffer.alloc(16),
    matrixOf(matrix),
    words(width ?? 0, height ?? 0),
  );
  const hdlr = box("hdlr", words(0, 0), Buffer.from(handler, "latin1"), Buffer.alloc(13));
  const stsd = box("stsd", words(0, entry ? 1 : 0), entry ?? Buffer.alloc(0));
  const mdia = box("mdia", hdlr, box("minf", box("stbl", stsd, tables)));
  return box("moov", mvhd, box("trak", tkhd, mdia), beside);
}

const ZEROS = Array.from({ length: 7 }, () => 0);

function matrixOf([a, b, c, d]: readonly [number, number, number, number]): Buffer {
  const one = 65_536;
  return words(a * one, b * one, 0, c * one, d * one, 0, 0, 0, 0x40000000);
}

/** A sample entry for pictures with these boxes inside it. */
export function entryOf(codec: string, ...boxes: readonly Buffer[]): Buffer {
  const fields = Buffer.alloc(78);
  fields.writeUInt16BE(640, 24);
  fields.writeUInt16BE(480, 26);
  return box(codec, fields, ...boxes);
}

/** `ftyp` of a brand. */
export function ftyp(brand = "isom"): Buffer {
  return box("ftyp", Buffer.from(brand, "latin1"), words(512), Buffer.from(brand, "latin1"));
}

/** A whole film of a few hundred bytes with anything as its pictures. */
export function tinyFilm(pictures: string | Buffer, parts: MovieParts = {}): Buffer {
  return Buffer.concat([ftyp(), moov(parts), box("mdat", Buffer.from(pictures))]);
}
