import { describe, expect, it } from "vitest";
import { readImage } from "../../../../lambdas/contract/image.ts";
import { readDataUri } from "../../../../lambdas/contract/picture/data-uri.ts";
import { UPLOAD_MAX_BYTES } from "../../../../lambdas/limits.ts";
import { hostilePictures } from "../../../support/hostile-pictures.ts";

const files = hostilePictures(UPLOAD_MAX_BYTES);
/** Of processor time on a machine that does nothing else. */
const READ_MAX_MS = 50;

/** The least processor time that some work takes, in milliseconds: other work on the machine makes it seem longer. */
function timeOf(work: () => unknown): number {
  const times = Array.from({ length: 3 }, () => {
    const started = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

/** The plainest look at each byte there is, to tell a slow machine. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at++) sum += bytes[at] ?? 0;
  return sum;
}

describe("a file of 25 MB that is made to keep a reader busy", () => {
  const maxMs = Math.max(READ_MAX_MS, 3 * timeOf(() => sumOf(Buffer.alloc(UPLOAD_MAX_BYTES))));
  it.each(Object.keys(files))("P28: a file of 25 MB is refused within 50 ms: %s", (name) => {
    const bytes = files[name] ?? Buffer.alloc(0);
    expect(bytes).toHaveLength(UPLOAD_MAX_BYTES);
    expect(readImage(bytes, undefined)).toEqual(expect.any(String));
    expect(timeOf(() => readImage(bytes, undefined))).toBeLessThan(maxMs);
  });
});

it.each([
  ["percent codes", "%41".repeat(1_600_000)],
  ["lines of one character", "A\n".repeat(2_400_000)],
])("P28: a data URI of %s is read in half a second at most", (_, data) => {
  const uri = `data:image/png;base64,${data}`;
  expect(timeOf(() => readDataUri(uri))).toBeLessThan(500);
});
