import type { Structure, VideoForm } from "./structure.ts";

const HEAD_BYTES = 13;
const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const IMAGE_HEAD_BYTES = 9;
/** The code size, before an image's data. */
const CODE_SIZE_BYTES = 1;
const LABEL_BYTES = 1;

/** Recognises a GIF by its first bytes (GIF89a §17). */
export function recogniseGif(head: Buffer): VideoForm | undefined {
  if (!/^GIF8[79]a$/.test(head.toString("latin1", 0, 6))) return undefined;
  return { contentType: "image/gif", extension: "gif", open: openGif };
}

function openGif() {
  const found = { width: 0, height: 0, hasImage: false };
  return {
    structure: readBlocks(found),
    hasAll: () => found.hasImage,
    facts: () => (found.width > 0 && found.height > 0 ? { width: found.width, height: found.height } : {}),
  };
}

/** Walks through the blocks to the trailer (GIF89a §12). What follows the trailer does not matter. */
function* readBlocks(found: { width: number; height: number; hasImage: boolean }): Structure {
  const screen = yield { skip: 0, read: HEAD_BYTES, mayEnd: false };
  [found.width, found.height] = [screen.readUInt16LE(6), screen.readUInt16LE(8)];
  for (let skip = colourTableBytes(screen.readUInt8(10)); ; ) {
    const kind = (yield { skip, read: 1, mayEnd: false })[0];
    if (kind === TRAILER) return true;
    if (kind === IMAGE) {
      const image = yield { skip: 0, read: IMAGE_HEAD_BYTES, mayEnd: false };
      skip = colourTableBytes(image.readUInt8(8)) + CODE_SIZE_BYTES;
      found.hasImage = true;
    } else if (kind === EXTENSION) skip = LABEL_BYTES;
    else return false;
    yield { skip, read: 1, mayEnd: false, isChain: true };
    skip = 0;
  }
}

/** The bytes of a table of colours, from the flags that announce it. */
function colourTableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}
