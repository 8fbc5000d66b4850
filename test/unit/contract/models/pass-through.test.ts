import { describe, expect, it } from "vitest";
import { parseNewJobRequest } from "../../../../lambdas/contract/job-request.ts";
import { ENDPOINT, site } from "../../../support/jobs.ts";
import { dataUriOf } from "../../../support/pictures.ts";

const endpoint = "acme/any/image-to-video";
const PNG = dataUriOf("image/png");

function parse(input: unknown, model = endpoint) {
  return parseNewJobRequest({ endpoint: model, input }, site);
}

function errorsOf(input: unknown) {
  const parsed = parse(input);
  return "errors" in parsed ? parsed.errors : [];
}

/** Nested objects of this depth. */
function nested(levels: number): unknown {
  return levels === 0 ? 1 : { a: nested(levels - 1) };
}

describe("the input of a model without its own schema", () => {
  it.each<[string, object]>([
    ["nothing", {}],
    ["any names", { prompt: 7, "a/b~c": null, toString: [], " ": "", ä: "ü🗼" }],
    ["lists of lists", { a: [[], [[1, "x", { b: [null] }]]] }],
    ["every usual number", { a: [0, -1, 1.5, 1e-7, 1e-130, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER, 0.1] }],
    ["control characters", { a: "\u0000\r\n" }],
    ["12 levels", nested(12) as object],
    ["100 fields", Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]))],
    [
      "a URL on a private host, which is fal's to judge and never fetched by us (P23)",
      { image_url: "http://10.0.0.1/" },
    ],
    [
      "a small data URI that is not base64, and a text that only looks like one",
      { a: "data:text/plain,hello", b: "data: a story, in base64" },
    ],
    [
      "texts that only look like a file (P11)",
      {
        a: "DATA: a; b; base64, c d e",
        b: "data: utf8; base64, hex and ascii explained",
        c: "data:text/plain;charset=utf-8,see;base64,QUJD",
        d: "data:image/svg+xml;utf8,<image href='data:image/png;base64,AAAA'/>",
      },
    ],
    ["files anywhere, of any type", { a: PNG, b: [{ c: "data:audio/x-wav;base64,AAAA" }] }],
  ])("the input of a model without its own schema may be %s, and is accepted unchanged", (_, input) => {
    expect(parse(input)).toMatchObject({ request: { endpoint, input, deadline_seconds: 7200 } });
  });

  it.each<[string, unknown, RegExp, string?]>([
    ["missing", undefined, /required/],
    ["null", null, /object/],
    ["a list", [], /object/],
    ["text", "x", /object/],
    ["101 fields", Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`k${n}`, n])), /100 fields/],
    ["13 levels", nested(13), /12 levels/],
    ["a list of 13 levels", { a: JSON.parse("[".repeat(12) + "]".repeat(12)) }, /12 levels/],
    ["100,000 levels", { a: JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) }, /12 levels/],
    ["more than 8 KB", { a: "x".repeat(8192) }, /8192 bytes/],
    ["more than 8 KB of names", { ["x".repeat(8192)]: 1 }, /8192 bytes/],
    ["more than 8 KB of characters that are two bytes each", { a: "ä".repeat(4096) }, /8192 bytes/],
    ["11 files", { a: Array(11).fill(PNG) }, /10 files/],
    ["a number beyond those that are counted exactly", { seed: 2 ** 53 }, /numbers/],
    ["a huge number", { a: { b: [1e300] } }, /numbers/],
    ["an infinite number", JSON.parse('{"a":1e999}'), /numbers/],
    ["a tiny number", { a: 1e-131 }, /numbers/],
    ["an empty name", { a: { "": 1 } }, /keys/],
    ["an empty name at the top", { "": 1 }, /keys/],
    ["a polluting name", JSON.parse('{"a":[{"__proto__":{"x":1}}]}'), /keys/],
    ["a name that the table's client interprets as a class", { a: { constructor: 1 } }, /keys/],
    ["half a character", { a: "x\ud800" }, /Unicode/],
    ["half a character in a name", { "\udc00": 1 }, /Unicode/],
    ["a file of no bytes", { a: { b: "data:image/png;base64," } }, /no data after the comma/, "/input/a/b"],
    ["a file that is not base64", { a: ["x", "data:image/png;base64,a"] }, /valid base64/, "/input/a/1"],
    ["a data URI without a comma", { a: "data:image/png;base64" }, /a comma before its data/, "/input/a"],
    [
      "a large data URI that is not base64",
      { a: [`data:image/svg+xml,${"%20".repeat(4000)}`] },
      /is a data URI that cannot be read/,
      "/input/a/0",
    ],
    [
      "several data URIs that are not base64, and too large together",
      { a: Array.from({ length: 3 }, () => `data:image/svg+xml,${"%20".repeat(1_000)}`) },
      /is a data URI that cannot be read/,
      "/input/a/2",
    ],
    [
      "more than 8,192 bytes beside a data URI",
      { a: `data:text/plain,${"x".repeat(300)}`, b: "y".repeat(8_192) },
      /8192 bytes/,
    ],
    ["a file of more than 3 MB", { a: `data:image/png;base64,${"A".repeat(4_200_000)}` }, /3145728 bytes/, "/input/a"],
  ])("the input of a model without its own schema may not be %s", (_, input, message, pointer = "/input") => {
    expect(errorsOf(input)).toContainEqual(
      expect.objectContaining({ pointer, message: expect.stringMatching(message) }),
    );
  });

  it("the input of a model without its own schema keeps its own __proto__ key, which a parser would silently drop", () => {
    expect(errorsOf(JSON.parse('{"a":1,"__proto__":{"x":1}}'))).toContainEqual(
      expect.objectContaining({ pointer: expect.stringMatching(/^\/input/) }),
    );
  });

  it("the input of a model without its own schema does not count inline files towards its size", () => {
    const file = `data:video/mp4;base64,${"A".repeat(1_000_000)}`;
    expect(errorsOf({ a: file, b: file })).toEqual([]);
  });
});

describe("the input of Lucy", () => {
  const input = { prompt: "p", image_url: "https://example.com/a.jpg" };
  const whole = { ...input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false };

  it.each([ENDPOINT, "decart/lucy-i2v"])(
    "the input of Lucy has the same schema and the same defaults under %s",
    (model) => {
      const request = { endpoint: model, input: whole, deadline_seconds: 7200 };
      expect(parse(input, model)).toEqual({ request, files: new Map() });
      const parsed = parse({ ...input, seed: 1 }, model);
      expect("errors" in parsed && parsed.errors).toEqual([
        { pointer: "/input/seed", message: "is not a known field", type: "extra_forbidden" },
      ]);
    },
  );
});

describe("the endpoint of a request", () => {
  it("the endpoint of a request is the first configured endpoint, unless the request names one", () => {
    const input = { prompt: "p", image_url: "https://example.com/a.jpg" };
    expect(parseNewJobRequest({ input }, site)).toMatchObject({ request: { endpoint: ENDPOINT } });
    const offer = { ...site, endpoints: [endpoint, ENDPOINT] } as const;
    expect(parseNewJobRequest({ input: { x: 1 } }, offer)).toMatchObject({ request: { endpoint, input: { x: 1 } } });
  });

  it.each([["fal-ai/flux/dev"], [""], [7], [["decart/lucy-i2v"]], ["__proto__"]])(
    "the endpoint of a request is rejected if it is not configured: %j",
    (asked) => {
      const parsed = parseNewJobRequest(
        { endpoint: asked, input: { prompt: "p", image_url: "https://example.com/a" } },
        site,
      );
      expect("errors" in parsed && parsed.errors).toEqual([
        expect.objectContaining({ pointer: "/endpoint", message: expect.stringContaining("decart/lucy-i2v") }),
      ]);
    },
  );
});

describe("a field error for fal's clients", () => {
  const input = { prompt: "p", image_url: "https://example.com/a.jpg" };
  it.each<[string, unknown, string, string]>([
    ["missing", { input: { image_url: input.image_url } }, "/input/prompt", "missing"],
    ["of another type", { input: { ...input, prompt: 7 } }, "/input/prompt", "string_type"],
    ["null", { input: { ...input, prompt: null } }, "/input/prompt", "string_type"],
    ["no boolean", { input: { ...input, sync_mode: 1 } }, "/input/sync_mode", "bool_type"],
    ["no object", { input: [] }, "/input", "dict_type"],
    ["no whole number", { input, deadline_seconds: "x" }, "/deadline_seconds", "number_type"],
    ["none of several", { input: { ...input, resolution: "4k" } }, "/input/resolution", "one_of"],
    ["unknown", { input: { ...input, x: 1 } }, "/input/x", "extra_forbidden"],
    ["of a wrong value", { input: { ...input, prompt: "" } }, "/input/prompt", "value_error"],
  ])("a field error for fal's clients that is %s: %j", (_, body, pointer, type) => {
    const parsed = parseNewJobRequest(body, site);
    expect("errors" in parsed && parsed.errors).toContainEqual({ pointer, message: expect.any(String), type });
  });
});
