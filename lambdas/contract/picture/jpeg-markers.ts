/** The bytes of a JPEG that follow 0xFF without being a marker of a segment: a stuffed 0xFF, fill bytes, restarts. */
function isPassedOver(byte: number): boolean {
  return byte === 0x00 || byte === 0xff || (byte >= 0xd0 && byte <= 0xd7);
}

const NOT_FOUND = -1;
/** Number of bytes that are checked one at a time before whole words are: most segments end within a few bytes. */
const SINGLE_BYTES = 32;

/**
 * Finds the next marker from an index on, and returns the index of its second byte; -1 if there is none. Skips the
 * coded data of a scan, fill bytes, restart markers and junk between segments, as decoders do (ITU T.81 B.1.1.2).
 *
 * Bytes are compared four at a time and without branches, so that the time depends on the number of the bytes alone.
 * `indexOf` stops at each 0xFF, of which a hostile file has millions.
 */
export function markerFinder(bytes: Buffer): (from: number) => number {
  const base = (4 - (bytes.byteOffset & 3)) & 3;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + base, Math.max(0, (bytes.length - base) >> 2));
  return (from) => {
    const singles = Math.min(from + SINGLE_BYTES, bytes.length);
    const near = findSingly(bytes, from, singles);
    if (near !== NOT_FOUND || singles === bytes.length) return near;
    const word = findWord(words, Math.max(0, (singles - 1 - base) >> 2));
    return findSingly(bytes, Math.max(from, base + 4 * word), bytes.length);
  };
}

function findSingly(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at + 1 < end; at++) {
    if (bytes[at] === 0xff && !isPassedOver(bytes[at + 1] ?? 0)) return at + 1;
  }
  return NOT_FOUND;
}

/** The first word from an index on with a byte 0xFF whose next byte is that of a marker, or the last word of all. */
function findWord(words: Int32Array, from: number): number {
  const last = words.length - 1;
  let word = words[from] ?? 0;
  for (let index = from; index < last; index++) {
    const next = words[index + 1] ?? 0;
    // Little-endian: the byte that follows each byte of `word`.
    const following = (word >>> 8) | (next << 24);
    const restart = (following ^ 0xd0d0d0d0) & 0xf8f8f8f8;
    const passedOver = ~zeroBytes(~word) | zeroBytes(following) | zeroBytes(~following) | zeroBytes(restart);
    if ((~passedOver & 0x80808080) !== 0) return index;
    word = next;
  }
  return Math.max(from, last);
}

/** The highest bit of each byte that is zero. Other bits are undefined. */
function zeroBytes(word: number): number {
  return ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word);
}
