import type { VideoFile } from "../job/job.ts";
import { VIDEO_BLOCKS_MAX, VIDEO_FACT_MAX_BYTES, VIDEO_PARTS_MAX } from "../limits.ts";

/** What a video says about itself. A fact that is unknown is left out. */
export type VideoFacts = Pick<VideoFile, "duration_seconds" | "width" | "height" | "codec">;

/** A kind of file that holds a video, recognised by its first bytes. */
export interface VideoForm {
  readonly contentType: string;
  /** Of a file's name, without the dot. */
  readonly extension: string;
  readonly open: () => OpenVideo;
}

/** One video whose bytes pass through. */
export interface OpenVideo {
  readonly structure: Structure;
  /** Whether the parts that were seen make a video that can be played. */
  readonly hasAll: () => boolean;
  /** May throw if the file is damaged. */
  readonly facts: () => VideoFacts;
}

/** What a structure needs of the stream next: skip some bytes, then read some. */
export interface Step {
  /** Bytes to skip. Infinity: all that are left. */
  readonly skip: number;
  /** Bytes to read after these: from 1 to `VIDEO_FACT_MAX_BYTES`. */
  readonly read: number;
  /** Whether the file may end in place of the bytes to read, or after fewer bytes than these, if all of them are 0. */
  readonly mayEnd: boolean;
  /** Instead of one byte, pass over blocks, each of which begins with its length in a byte, up to an empty one. */
  readonly isChain?: boolean;
}

/**
 * The structure of a file, as a sequence of steps. Each step is answered by a buffer that begins with the bytes that
 * were read, and holds them until the next step. The structure returns once the rest of the file does not matter: true,
 * or false if the file is broken.
 */
export type Structure = Generator<Step, boolean, Buffer>;

/**
 * Follows a structure while the file's bytes pass through in chunks of any size. Nothing is held but the bytes that the
 * structure reads, `VIDEO_FACT_MAX_BYTES` at most. After `VIDEO_PARTS_MAX` steps, or
 * `VIDEO_BLOCKS_MAX` blocks of chains, it stops: the file then counts as whole (rule P28).
 */
export function followStructure(structure: Structure) {
  const held = Buffer.alloc(VIDEO_FACT_MAX_BYTES);
  let heldBytes = 0;
  let result = structure.next(held);
  let toSkip = skipOf(result);
  let steps = 0;
  let blocks = 0;
  return {
    take(chunk: Uint8Array): void {
      for (let at = 0; !result.done && at < chunk.length && steps < VIDEO_PARTS_MAX; ) {
        const { read, isChain = false } = result.value;
        if (toSkip > 0) {
          const skipped = Math.min(toSkip, chunk.length - at);
          toSkip -= skipped;
          at += skipped;
          continue;
        }
        if (isChain) {
          for (let bytes = chunk[at] ?? 0; bytes > 0 && at < chunk.length; bytes = chunk[at] ?? 0) {
            at += 1 + bytes;
            blocks++;
          }
          if (blocks > VIDEO_BLOCKS_MAX) steps = VIDEO_PARTS_MAX;
          toSkip = Math.max(at - chunk.length, 0);
          if (at >= chunk.length) return;
        }
        const taken = Math.min(read - heldBytes, chunk.length - at);
        for (let index = 0; index < taken; index++) held[heldBytes + index] = chunk[at + index] ?? 0;
        at += taken;
        heldBytes += taken;
        if (heldBytes < read) continue;
        result = structure.next(held);
        toSkip = skipOf(result);
        heldBytes = 0;
        steps++;
      }
    },
    /** Whether the file may end here. */
    isWhole(): boolean {
      if (steps >= VIDEO_PARTS_MAX) return true;
      if (result.done) return result.value;
      const isPadding = held.subarray(0, heldBytes).every((byte) => byte === 0);
      return result.value.mayEnd && (toSkip === 0 || toSkip === Number.POSITIVE_INFINITY) && isPadding;
    },
  };
}

function skipOf({ done, value }: IteratorResult<Step, boolean>): number {
  return done ? 0 : value.skip;
}
