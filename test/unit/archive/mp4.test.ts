import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { readMovie } from "../../../lambdas/archive/mp4.ts";
import { box, boxesOf, boxHead } from "../../support/mp4.ts";
import { film } from "../../support/other-fal/film.ts";

const FACTS = { duration_seconds: 1, width: 320, height: 180, codec: expect.stringMatching(/^avc1\.[0-9a-f]{6}$/) };
const boxes = boxesOf(film);
const MiB = 1024 * 1024;

/** The metadata read from these bytes in chunks of this size. */
function factsOf(bytes: Buffer, chunkBytes = bytes.length) {
  const movie = readMovie();
  for (let start = 0; start < bytes.length; start += chunkBytes) movie.take(bytes.subarray(start, start + chunkBytes));
  return movie.facts();
}

/** The film with its boxes in another order; `types` that it does not have are omitted. */
function ordered(...types: readonly string[]): Buffer {
  return Buffer.concat(types.map((type) => boxes.get(type) ?? Buffer.alloc(0)));
}

describe("an MP4's metadata", () => {
  it.each([
    ["first", ordered("ftyp", "moov", "mdat")],
    ["last", ordered("ftyp", "mdat", "moov")],
    ["last, behind what players skip", Buffer.concat([ordered("ftyp", "mdat"), box("free", film), ordered("moov")])],
  ])("an MP4's metadata is read with the movie's header %s, in chunks of any size", (_, bytes) => {
    for (const chunkBytes of [bytes.length, 65_536, 1000, 7, 1]) expect(factsOf(bytes, chunkBytes)).toEqual(FACTS);
  });

  it.each<[string, Buffer]>([
    ["nothing", Buffer.alloc(0)],
    ["text", Buffer.from("<html>not found</html>")],
    ["zeros", Buffer.alloc(100_000)],
    ["ones", Buffer.alloc(100_000, 255)],
    ["a WebM", Buffer.concat([Buffer.from("1a45dfa3", "hex"), Buffer.alloc(5000, 7)])],
    ["a film without its header", ordered("ftyp", "mdat")],
    ["a film that breaks off within its header", ordered("ftyp", "moov").subarray(0, 200)],
    ["a film with corrupted boxes", Buffer.from(film.map((byte, index) => (index > 60 ? byte ^ 0x55 : byte)))],
  ])("an MP4's metadata is missing, without an error, for %s", (_, bytes) => {
    for (const chunkBytes of [bytes.length || 1, 1000]) expect(factsOf(bytes, chunkBytes)).toEqual({});
  });

  it.each([
    ["pictures", ordered("ftyp"), "mdat", 200],
    ["what players skip", ordered("ftyp"), "free", 32],
    ["data that is not an MP4", Buffer.from("<html>no"), "text", 32],
  ])("an MP4's metadata needs no more memory for many megabytes of %s", async (_, beginning, type, megabytes) => {
    const movie = readMovie();
    movie.take(beginning);
    movie.take(boxHead(type, megabytes * MiB));
    const before = await heldBytes();
    for (let taken = 0; taken < megabytes * 16; taken++) movie.take(new Uint8Array(MiB / 16));
    expect((await heldBytes()) - before).toBeLessThan(8 * MiB);
    movie.take(ordered("moov"));
    expect(movie.facts()).toEqual(type === "text" ? {} : FACTS);
  });
});

/** Bytes in buffers that are still referenced. */
async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc");
  collectGarbage();
  // Buffers are freed in a turn after the objects that referenced them.
  await setImmediate();
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
}
