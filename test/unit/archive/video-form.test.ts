import { describe, expect, it } from "vitest";
import { nameWithExtension, recogniseVideo } from "../../../lambdas/archive/video-form.ts";
import { examine } from "../../support/examine.ts";
import { brokenVideos, wholeVideos } from "../../support/videos.ts";

describe("what is kept", () => {
  it.each(Object.entries(wholeVideos))(
    "P31: what is kept may be %s, read in chunks of any size",
    (_, [bytes, type, facts]) => {
      for (const chunkBytes of [bytes.length, 4096, 7, 1])
        expect(examine(bytes, chunkBytes)).toEqual({ type, isWhole: true, facts });
    },
  );

  it.each(Object.entries(brokenVideos))("P31: what is kept is not %s", (_, bytes) => {
    for (const chunkBytes of [bytes.length, 4096, 7, 1]) expect(examine(bytes, chunkBytes).isWhole).toBe(false);
  });

  it.each(
    Object.entries(wholeVideos).filter(
      ([name]) => !/fragments that does not|goes to the end|live|after its end/.test(name),
    ),
  )("P31: what is kept is nothing that is left of %s when its end is missing", (_, [bytes]) => {
    const cuts = Array.from({ length: Math.min(bytes.length, 500) }, (_, index) => bytes.length - 1 - index);
    expect(cuts.filter((cut) => examine(bytes.subarray(0, cut)).isWhole)).toEqual([]);
  });

  it.each([
    ["a film", "mp4"],
    ["a QuickTime film", "mov"],
    ["a WebM", "webm"],
    ["a Matroska film", "mkv"],
    ["a GIF", "gif"],
  ])("P31: a kept video has the extension of its form: %s is .%s", (name, extension) => {
    const [bytes] = wholeVideos[name] ?? wholeVideos["a film with times of 64 bits"] ?? [];
    expect(recogniseVideo(bytes ?? Buffer.alloc(0))?.extension).toBe(extension);
  });

  it.each([
    ["output.mp4", "webm", "output.webm"],
    ["output.MP4", "gif", "output.gif"],
    ["output.mp4", "mp4", "output.mp4"],
    ["output.M4V", "mp4", "output.M4V"],
    ["output.qt", "mov", "output.qt"],
    ["output", "webm", "output"],
    ["a.mp4.part", "webm", "a.mp4.part"],
    ["clip v1.5", "mp4", "clip v1.5"],
  ])("P31: a kept video is named by its bytes: %s that is %s is %s", (fileName, extension, named) => {
    expect(nameWithExtension(fileName, extension)).toBe(named);
  });
});
