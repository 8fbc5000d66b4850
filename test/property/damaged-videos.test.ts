import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NotAWholeVideo, storeVideo } from "../../lambdas/archive/store-video.ts";
import { effort } from "../effort.ts";
import { type Examined, examine } from "../support/examine.ts";
import { createMemoryBucket } from "../support/memory-bucket.ts";
import { film } from "../support/other-fal/film.ts";
import { wholeVideos } from "../support/videos.ts";
import { seed } from "./replay.ts";

const BOUND_MS = 20;
const { signal } = new AbortController();

/** Whole films. What one says that lost its mark of fragments is true and differs, so that one is left out. */
const films: readonly Buffer[] = [
  film,
  ...Object.entries(wholeVideos)
    .filter(([name, [, type]]) => /^video\/(mp4|quicktime)$/.test(type) && !name.includes("as long as the first"))
    .map(([, [bytes]]) => bytes),
];
const untouched: readonly Examined[] = films.map((bytes) => examine(bytes));
const FACT_BOXES = ["mvhd", "mehd", "tkhd", "hdlr", "stsd"];
const BOX_TYPES = /[a-z0-9]{4}/;
const SIZES = [0, 1, 2, 7, 8, 9, 16, 100, 0xffff, 0x7fffffff, 0xffffffff];

/** A change of a file; positions are parts of its length, from 0 to 1. */
type Damage =
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "splice"; readonly from: number; readonly at: number; readonly bytes: number }
  | { readonly kind: "size"; readonly box: number; readonly size: number };

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("cut" as const), at: place }),
  fc.record({ kind: fc.constant("flip" as const), at: place, bit: fc.nat(7) }),
  fc.record({ kind: fc.constant("splice" as const), from: place, at: place, bytes: fc.nat(200) }),
  fc.record({
    kind: fc.constant("size" as const),
    box: place,
    size: fc.oneof(fc.constantFrom(...SIZES), fc.nat(2000)),
  }),
);

/** The film after a change; `spares` says which bytes no change may touch. */
function apply(bytes: Buffer, change: Damage, spares: (at: number) => boolean): Buffer {
  const length = bytes.length;
  switch (change.kind) {
    case "cut":
      return bytes.subarray(0, Math.floor(change.at * length));
    case "flip": {
      const at = Math.floor(change.at * length);
      if (spares(at)) return bytes;
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << change.bit);
      return flipped;
    }
    case "splice": {
      const [from, at] = [Math.floor(change.from * length), Math.floor(change.at * length)];
      const copy = bytes.subarray(from, from + change.bytes);
      // A part of a box of facts, in another place, says something else.
      const movesFacts = FACT_BOXES.some((type) => copy.includes(type, 0, "latin1"));
      if (spares(at) || (spares(-1) && movesFacts)) return bytes;
      return Buffer.concat([bytes.subarray(0, at), copy, bytes.subarray(at)]);
    }
    case "size": {
      const heads = headsIn(bytes);
      const at = heads[Math.floor(change.box * heads.length)];
      if (at === undefined) return bytes;
      const resized = Buffer.from(bytes);
      resized.writeUInt32BE(change.size, at);
      return resized;
    }
  }
}

/** Where boxes seem to start: in front of four letters. */
function headsIn(bytes: Buffer): readonly number[] {
  const text = bytes.toString("latin1");
  return [...text.matchAll(new RegExp(BOX_TYPES, "g"))].map(({ index }) => index - 4).filter((at) => at >= 0);
}

/**
 * Whether a byte lies in the content of a box that holds facts, so that the fact itself would change. True of -1: facts
 * are spared.
 */
function holdsFacts(bytes: Buffer): (at: number) => boolean {
  const ranges: (readonly [number, number])[] = [];
  for (const type of FACT_BOXES) {
    for (let at = bytes.indexOf(type, 0, "latin1"); at !== -1; at = bytes.indexOf(type, at + 4, "latin1"))
      ranges.push([at + 4, at - 4 + bytes.readUInt32BE(at - 4)]);
  }
  return (at) => at < 0 || ranges.some(([from, to]) => at >= from && at < to);
}

/** A damaged film, which of the films it was, and whether its facts were spared. */
const damaged = fc
  .record({
    which: fc.nat(films.length - 1),
    changes: fc.array(damage, { minLength: 1, maxLength: 4 }),
    sparesFacts: fc.boolean(),
  })
  .map(({ which, changes, sparesFacts }) => {
    const original = films[which] ?? film;
    const bytes = changes.reduce(
      (current, change) => apply(current, change, sparesFacts ? holdsFacts(current) : () => false),
      original,
    );
    return { which, bytes, original, sparesFacts, changes };
  });

/** Examines within the bound, or says how long it took. A busy machine has three tries. */
function examineInTime(bytes: Buffer): Examined {
  for (let tries = 1; ; tries++) {
    const begun = process.cpuUsage();
    const examined = examine(bytes);
    const tookMs = process.cpuUsage(begun).user / 1000;
    if (tookMs < BOUND_MS) return examined;
    if (tries === 3) throw new Error(`reading ${bytes.length} bytes took ${tookMs} ms`);
  }
}

async function* one(bytes: Buffer) {
  yield bytes;
}

describe("a damaged film", () => {
  const options = { seed, numRuns: effort.mutatedFiles };

  it("P28: of a damaged film nothing throws or takes long, the chunks make no difference, and each fact is the film's own or left out", () => {
    fc.assert(
      fc.property(damaged, fc.integer({ min: 1, max: 5000 }), ({ which, bytes, sparesFacts }, chunkBytes) => {
        const examined = examineInTime(bytes);
        if (bytes.length < 100_000) expect(examine(bytes, chunkBytes)).toEqual(examined);
        const { facts } = examined;
        for (const number of [facts.duration_seconds, facts.width, facts.height])
          expect(number === undefined || (Number.isFinite(number) && number > 0)).toBe(true);
        if (sparesFacts) expect({ ...untouched[which]?.facts, ...facts }).toEqual(untouched[which]?.facts);
      }),
      options,
    );
  });

  it("P31: of a damaged film nothing is kept or left behind whose size is not what fal says, and else what it has", () =>
    fc.assert(
      fc.asyncProperty(damaged, async ({ bytes, original }) => {
        const { bucket, objects } = createMemoryBucket();
        const stored = await storeVideo(bucket, "a", { file_size: original.length }, one(bytes), signal).catch(
          (error: unknown) => error,
        );
        if (stored instanceof Error) {
          expect(stored).toBeInstanceOf(NotAWholeVideo);
          expect(objects.size).toBe(0);
          return;
        }
        expect(bytes.length).toBe(original.length);
        expect([...objects.values()]).toEqual([bytes]);
      }),
      options,
    ));

  it("P31: nothing of a film that was cut counts as whole, but at the end of a fragment or within a last box without a size", () => {
    const cuttable = films.filter((_, index) => !/moof|\0\0\0\0mdat/.test(films[index]?.toString("latin1") ?? ""));
    fc.assert(
      fc.property(fc.constantFrom(...cuttable), place, (bytes, at) => {
        expect(examine(bytes.subarray(0, Math.floor(at * bytes.length))).isWhole).toBe(false);
      }),
      options,
    );
  });
});
