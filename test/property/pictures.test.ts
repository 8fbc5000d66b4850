import fc from "fast-check";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { readImage } from "../../lambdas/contract/image.ts";
import { effort } from "../effort.ts";
import { wholePictures } from "../support/picture-kinds.ts";
import { seed } from "./replay.ts";

/** A change of a file's bytes. Places are parts of its length, from 0 to 1. */
type Change =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "drop"; readonly at: number; readonly count: number }
  | { readonly kind: "copy"; readonly at: number; readonly from: number; readonly count: number };

interface Mutant {
  readonly file: number;
  readonly changes: readonly Change[];
  /** Where the file is cut off; undefined: nowhere. */
  readonly cut: number | undefined;
}

let files: readonly Buffer[];
beforeAll(async () => {
  files = Object.values(await wholePictures()).map(({ bytes }) => bytes);
  sharp.cache(false);
});

const place = fc.double({ min: 0, max: 1, noNaN: true });
/** Half of all changes hit the first or the last bytes, where the structure is. */
const at = fc.oneof(
  place,
  place.map((part) => part ** 8),
  place.map((part) => 1 - part ** 8),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), at, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("set" as const), at, byte: fc.constantFrom(0, 0xff, 0xd9, 0xda, 0x7f, 0x0a) }),
  fc.record({ kind: fc.constant("drop" as const), at, count: fc.oneof(fc.nat(64), fc.nat(8192)) }),
  fc.record({ kind: fc.constant("copy" as const), at, from: at, count: fc.nat(256) }),
);
const mutant: fc.Arbitrary<Mutant> = fc.record({
  file: fc.nat(1000),
  changes: fc.array(change, { maxLength: 3 }),
  cut: fc.option(at, { nil: undefined }),
});

function mutate(bytes: Buffer, changes: readonly Change[]): Buffer {
  return changes.reduce((before, each) => {
    const index = Math.max(0, Math.min(before.length - 1, Math.floor(each.at * before.length)));
    const after = Buffer.from(before);
    if (each.kind === "flip") after[index] = (after[index] ?? 0) ^ (1 << each.bit);
    else if (each.kind === "set") after[index] = each.byte;
    else if (each.kind === "drop")
      return Buffer.concat([before.subarray(0, index), before.subarray(index + each.count)]);
    else
      before.copy(
        after,
        index,
        Math.floor(each.from * before.length),
        Math.floor(each.from * before.length) + each.count,
      );
    return after;
  }, bytes);
}

/** What a decoder says of a picture: undefined if it reads it whole. */
async function refusalOf(bytes: Buffer, failOn: "truncated" | "warning"): Promise<string | undefined> {
  try {
    await sharp(bytes, { failOn, limitInputPixels: 4_000_000 }).raw().toBuffer();
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** A decoder may need no IEND and no EOI; we do, because that is how a picture that was cut off is known. */
function lacksEnd(bytes: Buffer): boolean {
  if (bytes[0] === 0xff) return bytes.indexOf("ffd9", Math.max(0, bytes.indexOf("ffda", 0, "hex")), "hex") === -1;
  const end = bytes.indexOf("\0\0\0\0IEND");
  return bytes[0] === 0x89 && (end === -1 || end + 12 > bytes.length);
}

const LIMITS = /pixels/;

describe("a picture that is cut, flipped and spliced", () => {
  it("P28: a mutated picture is read in time, refused if its end is missing, and never if a decoder reads it whole", async () => {
    const counts = { accepted: 0, refused: 0, whole: 0, cutAndRefused: 0 };
    await fc.assert(
      fc.asyncProperty(mutant, async ({ file, changes, cut }) => {
        const changed = mutate(files[file % files.length] ?? Buffer.alloc(0), changes);
        const bytes = cut === undefined ? changed : changed.subarray(0, Math.ceil(cut * changed.length));
        const started = process.cpuUsage();
        const image = readImage(bytes, undefined);
        const { user, system } = process.cpuUsage(started);
        expect(user + system).toBeLessThan(READ_MAX_MICROSECONDS);
        const refusal = await refusalOf(bytes, "warning");
        const isAccepted = typeof image !== "string";
        counts[isAccepted ? "accepted" : "refused"]++;
        if (refusal === undefined) {
          counts.whole++;
          if (!isAccepted && !lacksEnd(bytes)) expect(image).toMatch(LIMITS);
        } else if (isAccepted) {
          expect((await refusalOf(bytes, "truncated")) ?? "").not.toMatch(/premature end/);
          const isCut = bytes.length < changed.length;
          // What the decoder reads whole, and no longer when the end is missing, is truncated.
          if (isCut) expect(await refusalOf(changed, "warning")).not.toBe(undefined);
        } else if (cut !== undefined) counts.cutAndRefused++;
      }),
      { seed, numRuns: effort.mutatedFiles },
    );
    console.info("mutated pictures:", counts);
    expect(counts.accepted).toBeGreaterThan(0);
  });
});

/** Of processor time, for files of a few kilobytes. */
const READ_MAX_MICROSECONDS = 50_000;
