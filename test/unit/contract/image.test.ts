import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { type Image, parseDataUri, readImage } from "../../../lambdas/contract/image.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";

const TYPES = Object.keys(PICTURES) as (keyof typeof PICTURES)[];
const MiB = 1024 * 1024;

async function pictureOf(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: "#1e5aa0" } })
    .png()
    .toBuffer();
}

/** A PNG data URI of this many bytes. */
function uriOf(byteCount: number): string {
  const bytes = Buffer.concat([PICTURES["image/png"], Buffer.alloc(byteCount)]).subarray(0, byteCount);
  return `data:image/png;base64,${bytes.toString("base64")}`;
}

describe("an image", () => {
  it.each(TYPES)("an image of %s is recognised by its bytes, whatever type was declared", (contentType) => {
    const bytes = PICTURES[contentType];
    const image: Image = { contentType, bytes };
    expect(readImage(bytes, undefined)).toEqual(image);
    expect(readImage(bytes, contentType.toUpperCase())).toEqual(image);
    expect(parseDataUri(dataUriOf(contentType))).toEqual(image);
    for (const other of TYPES.filter((type) => type !== contentType))
      expect(readImage(bytes, other)).toBe(`is declared as ${other}, but its bytes are ${contentType}`);
  });

  it.each(TYPES)("an image of %s cut off at any point is measured or rejected, and never throws", (contentType) => {
    const bytes = PICTURES[contentType];
    for (let end = 1; end < bytes.length; end++) expect(readImage(bytes.subarray(0, end), undefined)).toBeDefined();
  });

  it.each([
    ["GIF", Buffer.from("GIF89a\x20\x00\x20\x00\x80\x00\x00")],
    ["SVG", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"/>')],
    ["BMP", Buffer.concat([Buffer.from("BM"), Buffer.alloc(60, 1)])],
    ["HTML", Buffer.from("<html></html>")],
    ["zeros", Buffer.alloc(100)],
  ])("an image that is %s is rejected", (_, bytes) => {
    expect(readImage(bytes, undefined)).toMatch(/PNG, JPEG or WebP/);
  });

  it.each([
    [16, 16, true],
    [15, 16, false],
    [16, 15, false],
    [16_384, 16, true],
    [16, 16_385, false],
  ])("an image of %i × %i pixels fits: %s", async (width, height, fits) => {
    expect(typeof readImage(await pictureOf(width, height), "image/png")).toBe(fits ? "object" : "string");
  });

  it("an image may have exactly 3 MB as a data URI, and no more", () => {
    expect(parseDataUri(uriOf(3 * MiB))).toMatchObject({ contentType: "image/png" });
    for (const extra of [1, 2, 3, MiB]) expect(parseDataUri(uriOf(3 * MiB + extra))).toMatch(/at most 3145728 bytes/);
  });
});
