import { describe, expect, it } from "vitest";
import { followStructure } from "../../../lambdas/archive/structure.ts";
import { recogniseVideo } from "../../../lambdas/archive/video-form.ts";
import { examine } from "../../support/examine.ts";
import { heldBytes } from "../../support/held-bytes.ts";
import { box, boxesOf, boxHead, entryOf, ftyp, type MovieParts, moov, tinyFilm, words } from "../../support/mp4.ts";
import { film } from "../../support/other-fal/film.ts";
import { asLive, tinyGif, webm } from "../../support/videos.ts";

const FACTS = { duration_seconds: 1, width: 320, height: 180, codec: expect.stringMatching(/^avc1\.[0-9a-f]{6}$/) };
const boxes = boxesOf(film);
const MiB = 1024 * 1024;

/** The film with its boxes in another order; `types` that it does not have are left out. */
function ordered(...types: readonly string[]): Buffer {
  return Buffer.concat(types.map((type) => boxes.get(type) ?? Buffer.alloc(0)));
}

function factsOf(parts: MovieParts) {
  return examine(tinyFilm("pictures", parts)).facts;
}

describe("an MP4's facts", () => {
  it.each([
    ["first", ordered("ftyp", "moov", "mdat")],
    ["last", ordered("ftyp", "mdat", "moov")],
    ["last, behind what players skip", Buffer.concat([ordered("ftyp", "mdat"), box("free", film), ordered("moov")])],
  ])("an MP4's facts are read with the movie's header %s, in chunks of any size", (_, bytes) => {
    for (const chunkBytes of [bytes.length, 65_536, 1000, 7, 1])
      expect(examine(bytes, chunkBytes)).toEqual({ type: "video/mp4", isWhole: true, facts: FACTS });
  });

  it.each<[string, MovieParts, object]>([
    ["upright", {}, { width: 640, height: 480 }],
    ["turned by 90°", { matrix: [0, 1, -1, 0] }, { width: 480, height: 640 }],
    ["turned by 180°", { matrix: [-1, 0, 0, -1] }, { width: 640, height: 480 }],
    ["turned by 270°", { matrix: [0, -1, 1, 0] }, { width: 480, height: 640 }],
    ["mirrored", { matrix: [-1, 0, 0, 1] }, { width: 640, height: 480 }],
    ["turned by the movie", { movieMatrix: [0, 1, -1, 0] }, { width: 480, height: 640 }],
    ["turned by both", { matrix: [0, 1, -1, 0], movieMatrix: [0, 1, -1, 0] }, { width: 640, height: 480 }],
    ["scaled", { matrix: [2, 0, 0, 0.5] }, { width: 1280, height: 240 }],
    ["turned and scaled", { matrix: [0, 2, -0.5, 0] }, { width: 240, height: 1280 }],
    ["without a matrix", { matrix: [0, 0, 0, 0] }, { width: 640, height: 480 }],
    ["with 64-bit times, turned", { matrix: [0, 1, -1, 0], isLong: true }, { width: 480, height: 640 }],
    ["of a fraction", { size: [853.3333, 480] }, { width: 853, height: 480 }],
    ["turned by an odd angle", { matrix: [0.6, 0.8, -0.8, 0.6] }, {}],
    ["whose matrix is flat", { matrix: [1, 0, 0, 0] }, {}],
    ["without a size", { size: [0, 0] }, {}],
    ["whose size only its pictures have", { size: [0, 0], entry: entryOf("ap4h") }, { width: 640, height: 480 }],
    ["of wide pixels without a size", { size: [0, 0], entry: entryOf("ap4h", box("pasp", words(4, 3))) }, {}],
    [
      "of wide pixels",
      { size: [853, 480], entry: entryOf("ap4h", box("pasp", words(4, 3))) },
      { width: 853, height: 480 },
    ],
    ["of sound alone", { handler: "soun" }, {}],
  ])("an MP4's facts hold its size as displayed: %s", (_, parts, size) => {
    const { codec: _codec, duration_seconds: _duration, ...rest } = factsOf(parts);
    expect(rest).toEqual(size);
  });

  it.each<[string, Buffer]>([
    ["avc1.64001f", entryOf("avc1", box("avcC", Buffer.from("0164001fff", "hex")))],
    ["avc3.42e01e", entryOf("avc3", box("colr", Buffer.alloc(99)), box("avcC", Buffer.from("0142e01eff", "hex")))],
    ["hvc1.1.6.L93.B0", entryOf("hvc1", box("hvcC", Buffer.from("010160000000b000000000005df000fc", "hex")))],
    ["hev1.A2.4.H120", entryOf("hev1", box("hvcC", Buffer.from("016220000000000000000000" + "78", "hex")))],
    ["av01.0.04M.08", entryOf("av01", box("av1C", Buffer.from("81040c00", "hex")))],
    ["av01.2.15H.12", entryOf("av01", box("av1C", Buffer.from("814fe000", "hex")))],
    ["vp09.02.41.10", entryOf("vp09", box("vpcC", Buffer.from("010000000229a002", "hex")))],
    ["ap4h", entryOf("ap4h")],
    ["jpeg", entryOf("jpeg")],
  ])("an MP4's facts name the codec as RFC 6381 does: %s", (codec, entry) => {
    expect(factsOf({ entry }).codec).toBe(codec);
  });

  it.each<[string, Buffer | undefined]>([
    ["an entry that is not there", undefined],
    ["a codec without its parameters", entryOf("avc1")],
    ["parameters that are cut off", entryOf("avc1", box("avcC", Buffer.from("0164", "hex")))],
    ["an entry that is cut off", box("avc1", Buffer.alloc(10))],
    ["a box that is larger than its entry", entryOf("avc1", boxHead("avcC", 100))],
    ["a box of no size", entryOf("avc1", words(0), Buffer.from("avcC"))],
    ["a codec that nobody knows", entryOf("zzzz")],
    ["the name of a function", entryOf("toSt")],
    ["encrypted pictures", entryOf("encv")],
  ])("an MP4's facts leave the codec out for %s, and keep the rest", (_, entry) => {
    expect(factsOf(entry === undefined ? {} : { entry })).toEqual({ duration_seconds: 5, width: 640, height: 480 });
  });

  it("an MP4's facts leave out a duration that the tracks contradict", () => {
    const bytes = tinyFilm("pictures");
    bytes.writeUInt32BE(7000, bytes.indexOf("mvhd") + 20);
    expect(examine(bytes).facts).toEqual({ width: 640, height: 480 });
  });

  it("an MP4's facts leave out a box whose size is smaller than its own head", () => {
    const content = Buffer.concat([words(0, 0, 0, 1000, 5000), Buffer.alloc(80)]);
    const broken = Buffer.concat([words(1), Buffer.from("mvhd"), words(0, 0), content]);
    const bytes = Buffer.concat([ftyp(), box("moov", broken), box("mdat", Buffer.from("pictures"))]);
    expect(examine(bytes)).toEqual({ type: "video/mp4", isWhole: true, facts: {} });
  });

  it.each([
    ["a few bytes of padding", "00000000", true],
    ["seven bytes of padding", "00000000000000", true],
    ["the first bytes of another box", "00000010", false],
  ])("an MP4 may end with zeros, not with a part of a box: %s", (_, tail, isWhole) => {
    expect(examine(Buffer.concat([tinyFilm("pictures"), Buffer.from(tail, "hex")])).isWhole).toBe(isWhole);
  });

  it("an MP4's facts leave out a box of a version that nobody knows", () => {
    const bytes = tinyFilm("pictures");
    bytes[bytes.indexOf("mvhd") + 4] = 2;
    bytes[bytes.indexOf("tkhd") + 4] = 2;
    expect(examine(bytes)).toEqual({ type: "video/mp4", isWhole: true, facts: {} });
  });
});

/** A stream that would take long, or much memory, if a number in it were believed or every part were visited. */
const HOSTILE: readonly (readonly [string, Buffer, Buffer])[] = [
  ["empty boxes", ftyp(), boxHead("free", 0)],
  ["boxes in the header", Buffer.concat([ftyp(), boxHead("moov", 2 ** 30)]), boxHead("free", 0)],
  ["tracks", Buffer.concat([ftyp(), boxHead("moov", 2 ** 30)]), boxHead("trak", 0)],
  ["large boxes of facts", Buffer.concat([ftyp(), boxHead("moov", 2 ** 30)]), box("mvhd", Buffer.alloc(16_376))],
  ["boxes in boxes", Buffer.concat([ftyp(), boxHead("moov", 2 ** 30)]), boxHead("trak", 2 ** 30)],
  ["a table", Buffer.concat([ftyp(), moov({ tables: words(2 ** 30) })]).subarray(0, -4), Buffer.alloc(8)],
  ["pictures", Buffer.concat([ftyp(), boxHead("mdat", 2 ** 30)]), Buffer.alloc(65_536)],
  ["a GIF's blocks", Buffer.concat([tinyGif.subarray(0, 19), Buffer.from("21f9", "hex")]), Buffer.from("0101", "hex")],
  ["a WebM's elements", asLive(webm).subarray(0, 48), Buffer.from("ec80", "hex")],
  ["a WebM's elements without a size", asLive(webm).subarray(0, 48), Buffer.from("1f43b675ff", "hex")],
];

describe("a file of 200 MB", () => {
  it.each(HOSTILE)(
    "P28: a file of 200 MB of %s costs 20 ms and 8 MB at most beside reading it",
    async (_, head, part) => {
      const chunk = Buffer.alloc(65_536, part);
      const follow = () => {
        const video = recogniseVideo(head)?.open();
        if (video === undefined) throw new Error("no video");
        const structure = followStructure(video.structure);
        const begun = process.cpuUsage();
        structure.take(head);
        for (let taken = 0; taken < 200 * MiB; taken += chunk.length) structure.take(chunk);
        video.facts();
        return { structure, video, tookMs: process.cpuUsage(begun).user / 1000 };
      };
      const before = await heldBytes();
      const runs = [follow()];
      // The machine that runs the tests may be busy: one of thirty tries must be in time.
      while (runs.length < 30 && (runs.at(-1)?.tookMs ?? 0) >= 20) runs.push(follow());
      expect(((await heldBytes()) - before) / runs.length).toBeLessThan(8 * MiB);
      expect(runs.at(-1)?.tookMs).toBeLessThan(20);
    },
  );
});
