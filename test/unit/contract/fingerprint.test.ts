import { describe, expect, it } from "vitest";
import { fingerprint as fingerprintOf } from "../../../lambdas/contract/fingerprint.ts";
import { readInlineFile } from "../../../lambdas/contract/input-file.ts";
import type { NewJobRequest } from "../../../lambdas/job/new-job.ts";
import { ENDPOINT } from "../../support/jobs.ts";
import { dataUriOf } from "../../support/pictures.ts";

const OTHER = "acme/any/image-to-video";
const PNG = dataUriOf("image/png");
const base: NewJobRequest = { endpoint: OTHER, input: { a: { b: 1 }, c: PNG }, deadline_seconds: 7200 };

/** The fingerprint of a request whose files are in the models' usual fields. */
function fingerprint(request: NewJobRequest): string {
  const texts = request.endpoint === ENDPOINT ? [request.input.image_url] : Object.values(request.input);
  const files = texts.flatMap((text) => {
    const file = typeof text === "string" ? readInlineFile(text) : "no text";
    return typeof file === "string" ? [] : [[String(text), file] as const];
  });
  return fingerprintOf({ request, files: new Map(files) });
}

/** Whether a request has the same fingerprint as the base. */
function isSame(change: Partial<NewJobRequest>): boolean {
  return fingerprint({ ...base, ...change }) === fingerprint(base);
}

describe("a fingerprint (P16)", () => {
  it("a fingerprint (P16) includes its version, and no file", () => {
    expect(fingerprint(base)).toMatch(/^2:[0-9a-f]{64}$/);
  });

  it("a fingerprint (P16) matches the fingerprints in existing rows", () => {
    const input = { prompt: "p", image_url: PNG, resolution: "720p", aspect_ratio: "16:9", sync_mode: false };
    const print = "2:ddf54dd13bf84bbbff38e06b85623dea791a1a0bcc31614b07b65dcdf55759cc";
    expect(fingerprint({ endpoint: ENDPOINT, input, deadline_seconds: 7200 })).toBe(print);
  });

  it("a fingerprint (P16) does not depend on the order of names, nor on how a type is spelled", () => {
    expect(isSame({ input: { c: PNG, a: { b: 1 } } })).toBe(true);
    expect(isSame({ input: { ...base.input, c: PNG.replace("image/png", "IMAGE/png") } })).toBe(true);
    expect(isSame({ metadata: undefined, fal_options: undefined })).toBe(true);
  });

  it.each<[string, Partial<NewJobRequest>]>([
    ["another endpoint", { endpoint: "acme/other" }],
    ["another value", { input: { ...base.input, a: { b: 2 } } }],
    ["a number as text", { input: { ...base.input, a: { b: "1" } } }],
    ["another file", { input: { ...base.input, c: dataUriOf("image/webp") } }],
    ["the same bytes under another type", { input: { ...base.input, c: PNG.replace("image/png", "image/jpeg") } }],
    ["the file at another place", { input: { a: { b: 1 }, d: PNG } }],
    ["the file once more", { input: { ...base.input, d: PNG } }],
    ["a file's digest in its place, of other bytes", { input: { ...base.input, c: "f".repeat(64) } }],
    ["other options", { fal_options: { priority: "low" } }],
    ["another webhook", { callback_url: "https://hooks.example.com/", callback_format: "fal" }],
    ["another deadline", { deadline_seconds: 60 }],
    ["metadata", { metadata: { a: "b" } }],
  ])("a fingerprint (P16) distinguishes %s", (_, change) => {
    expect(isSame(change)).toBe(false);
  });

  it("a fingerprint (P16) distinguishes fal's callback format from ours", () => {
    const callback_url = "https://hooks.example.com/";
    const ours = { ...base, callback_url };
    expect(fingerprint({ ...ours, callback_format: "fal" })).not.toBe(fingerprint(ours));
  });

  it("a fingerprint (P16) for Lucy includes the image by its digest, and a prompt that looks like one unchanged", () => {
    const lucy: NewJobRequest = { endpoint: ENDPOINT, input: { prompt: "p", image_url: PNG }, deadline_seconds: 7200 };
    const other = { ...lucy, input: { ...lucy.input, image_url: dataUriOf("image/jpeg") } };
    expect(fingerprint(lucy)).not.toBe(fingerprint(other));
    expect(fingerprint({ ...lucy, input: { ...lucy.input, prompt: "data:image/png;base64,AAAA" } })).not.toBe(
      fingerprint(lucy),
    );
  });
});
