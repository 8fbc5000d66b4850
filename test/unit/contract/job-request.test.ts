import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../lambdas/contract/fingerprint.ts";
import { type ParsedRequest, parseNewJobRequest } from "../../../lambdas/contract/job-request.ts";
import { ENDPOINT, site } from "../../support/jobs.ts";
import { ONE_PIXEL, PICTURES } from "../../support/pictures.ts";

const PNG = PICTURES["image/png"].toString("base64");
const input = { prompt: "a lighthouse", image_url: "https://example.com/a.jpg" };

function errorsOf(body: unknown) {
  const parsed = parseNewJobRequest(body, site);
  return "errors" in parsed ? parsed.errors.map(({ pointer, message }) => ({ pointer, message })) : [];
}

/** A request with these changes to its `input`. */
function withInput(change: object): unknown {
  return { input: { ...input, ...change } };
}

describe("a request for a job", () => {
  it("a request for a job gets the model's defaults, but sync_mode off and a deadline of two hours", () => {
    const request = {
      endpoint: ENDPOINT,
      input: { ...input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
      deadline_seconds: 7200,
    };
    expect(parseNewJobRequest({ input }, site)).toEqual({ request, files: new Map() });
  });

  it.each(["https://8.8.8.8/a.jpg", "https://[2606:4700::1111]/a.jpg", "https://bücher.example/a.jpg"])(
    "a request for a job may name an image at %s",
    (image_url) => {
      expect(errorsOf(withInput({ image_url }))).toEqual([]);
    },
  );

  it("a request for a job may set every field", () => {
    const full = {
      endpoint: ENDPOINT,
      input: {
        prompt: "a\n\tb 🗼",
        image_url: `data:image/png;base64,${PNG}`,
        resolution: "720p",
        aspect_ratio: "9:16",
        sync_mode: true,
      },
      callback_url: "https://example.com/hook?x=1",
      callback_when: "settled",
      metadata: { order: "42" },
      deadline_seconds: 60,
    };
    const file = { contentType: "image/png", bytes: PICTURES["image/png"] };
    expect(parseNewJobRequest(full, site)).toEqual({
      request: full,
      files: new Map([[full.input.image_url, file]]),
    });
  });

  it("P16: a request for a job that names the default of callback_when is the same request", () => {
    const parsed = parseNewJobRequest({ input, callback_when: "kept" }, site);
    if ("errors" in parsed) throw new Error("refused");
    expect(parsed.request.callback_when).toBeUndefined();
    expect(fingerprint(parsed)).toBe(fingerprint(parseNewJobRequest({ input }, site) as ParsedRequest));
  });

  it("may have metadata of characters that JavaScript counts twice, as JSON Schema counts them once", () => {
    const metadata = { ["😀".repeat(64)]: "😀".repeat(400) };
    expect(parseNewJobRequest({ input, metadata }, site)).toMatchObject({ request: { metadata } });
  });

  const refused: readonly (readonly [string, unknown, string, RegExp])[] = [
    ["no body at all", undefined, "", /required/],
    ["null", null, "", /must be an object/],
    ["an array", [], "", /must be an object/],
    ["no input", {}, "/input", /required/],
    ["no prompt", { input: { image_url: input.image_url } }, "/input/prompt", /required/],
    ["no image", { input: { prompt: "p" } }, "/input/image_url", /required/],
    ["an empty prompt", withInput({ prompt: "" }), "/input/prompt", /empty/],
    ["a blank prompt", withInput({ prompt: " \n" }), "/input/prompt", /empty/],
    ["a prompt that is a number", withInput({ prompt: 5 }), "/input/prompt", /must be a string/],
    ["a prompt of 2,001 characters", withInput({ prompt: "x".repeat(2001) }), "/input/prompt", /2000 characters/],
    ["a megabyte of prompt", withInput({ prompt: "x".repeat(1_000_000) }), "/input/prompt", /2000 characters/],
    ["a prompt with a NUL", withInput({ prompt: "a\u0000b" }), "/input/prompt", /control characters/],
    ["a prompt with a carriage return", withInput({ prompt: "a\rb" }), "/input/prompt", /control characters/],
    ["a prompt with a C1 control", withInput({ prompt: "a\u0085b" }), "/input/prompt", /control characters/],
    ["a lone surrogate", withInput({ prompt: "a\ud800" }), "/input/prompt", /surrogate/],
    ["an http image", withInput({ image_url: "http://example.com/a.jpg" }), "/input/image_url", /https URL/],
    ["a file URL", withInput({ image_url: "file:///etc/passwd" }), "/input/image_url", /https URL/],
    [
      "credentials in the URL",
      withInput({ image_url: "https://u:p@example.com/a.jpg" }),
      "/input/image_url",
      /user name/,
    ],
    ...[
      "127.0.0.1",
      "2130706433",
      "0x7f.1",
      "0177.0.0.1",
      "10.1.2.3",
      "100.64.0.1",
      "169.254.169.254",
      "172.31.0.1",
      "192.168.1.1",
      "198.19.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "0.0.0.0",
      "[::1]",
      "[::]",
      "[::ffff:127.0.0.1]",
      "[64:ff9b::7f00:1]",
      "[2002:7f00:1::]",
      "[fd00::1]",
      "[fe80::1]",
      "localhost",
      "api.localhost",
      "printer.local",
      "metadata.google.internal",
      "intranet",
      "127.0.0.1.",
    ].map(
      (host) =>
        [
          `an image at ${host}`,
          withInput({ image_url: `https://${host}/a.jpg` }),
          "/input/image_url",
          /public host/,
        ] as const,
    ),
    ["a URL with spaces", withInput({ image_url: "https://example.com/a b" }), "/input/image_url", /https URL/],
    [
      "a very long URL",
      withInput({ image_url: `https://example.com/${"a".repeat(2100)}` }),
      "/input/image_url",
      /2048/,
    ],
    ["no URL", withInput({ image_url: "lighthouse.jpg" }), "/input/image_url", /https URL/],
    [
      "an image that is text",
      withInput({ image_url: "data:text/plain;base64,aGk=" }),
      "/input/image_url",
      /PNG, JPEG or WebP/,
    ],
    ["a data URI without base64", withInput({ image_url: "data:image/png,abc" }), "/input/image_url", /data URI/],
    ["broken base64", withInput({ image_url: "data:image/png;base64,***" }), "/input/image_url", /valid base64/],
    [
      "base64 of a wrong length",
      withInput({ image_url: "data:image/png;base64,abcde" }),
      "/input/image_url",
      /valid base64/,
    ],
    [
      "an empty image",
      withInput({ image_url: "data:image/png;base64," }),
      "/input/image_url",
      /no data after the comma/,
    ],
    [
      "a wrong type",
      withInput({ image_url: `data:image/jpeg;base64,${PNG}` }),
      "/input/image_url",
      /is declared as image\/jpeg, but its bytes are image\/png/,
    ],
    [
      "an image of one pixel",
      withInput({ image_url: `data:image/png;base64,${ONE_PIXEL.toString("base64")}` }),
      "/input/image_url",
      /from 16 to 16384 pixels wide and high, not 1×1/,
    ],
    [
      "a URL that only looks like an upload",
      withInput({ image_url: `${site.publicUrl}/uploads/../jobs` }),
      "/input/image_url",
      /POST \/uploads/,
    ],
    [
      "an inline image over 3 MB",
      withInput({ image_url: `data:image/png;base64,${"A".repeat(4_200_000)}` }),
      "/input/image_url",
      /3145728 bytes/,
    ],
    ["another resolution", withInput({ resolution: "1080p" }), "/input/resolution", /must be "720p"/],
    ["another aspect ratio", withInput({ aspect_ratio: "1:1" }), "/input/aspect_ratio", /"16:9" or "9:16"/],
    ["a sync_mode that is text", withInput({ sync_mode: "true" }), "/input/sync_mode", /must be a boolean/],
    ["null for a required field", withInput({ prompt: null }), "/input/prompt", /must be a string/],
    ["null for an unknown field", withInput({ seed: null }), "/input/seed", /not a known field/],
    ["U+FFFD in a prompt", withInput({ prompt: "caf\uFFFD" }), "/input/prompt", /U\+FFFD.*UTF-8/],
    ["U+FFFD in metadata", { input, metadata: { a: "\uFFFD" } }, "/metadata/a", /U\+FFFD.*UTF-8/],
    ["U+FFFD in a key of metadata", { input, metadata: { "a\uFFFD": "b" } }, "/metadata/a\uFFFD", /U\+FFFD.*UTF-8/],
    ["an unknown input field", withInput({ seed: 1 }), "/input/seed", /not a known field/],
    ["a misspelled input field", withInput({ promt: 1 }), "/input/promt", /not a known field; did you mean prompt\?$/],
    ["a misspelled field", { input, callbackUrl: "x" }, "/callbackUrl", /; did you mean callback_url\?$/],
    ["half a name", { input, deadline: 60 }, "/deadline", /; did you mean deadline_seconds\?$/],
    ["input without nesting", { prompt: "x" }, "/prompt", /not a known field here; put it into input$/],
    ["input without nesting, and so without input", { prompt: "x" }, "/input", /^is required$/],
    ["an unknown field", { input, model: "x" }, "/model", /not a known field/],
    ["a field with a slash and a tilde", { input, "a/b~c": 1 }, "/a~1b~0c", /not a known field/],
    [
      "a polluting key",
      JSON.parse(`{"input": ${JSON.stringify(input)}, "__proto__": {"x": 1}}`),
      "/__proto__",
      /not a known field/,
    ],
    [
      "a polluting key in the input",
      JSON.parse(`{"input": {"prompt": "p", "image_url": "https://e.com/a", "__proto__": 1}}`),
      "/input/__proto__",
      /not a known field/,
    ],
    [
      "a polluting key in the metadata",
      { input, metadata: JSON.parse('{"__proto__": "x"}') },
      "/metadata/__proto__",
      /not an allowed key/,
    ],
    [
      "a metadata key that the table's client interprets as a class",
      { input, metadata: { constructor: "x" } },
      "/metadata/constructor",
      /not an allowed key/,
    ],
    ["a constructor key", { input, constructor: {} }, "/constructor", /not a known field/],
    ["an http callback", { input, callback_url: "http://example.com" }, "/callback_url", /https URL/],
    ["metadata that is a list", { input, metadata: [] }, "/metadata", /must be an object/],
    ["a metadata value that is a number", { input, metadata: { a: 1 } }, "/metadata/a", /must be a string/],
    [
      "17 metadata keys",
      { input, metadata: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`k${n}`, "v"])) },
      "/metadata",
      /16 keys/,
    ],
    ["a metadata value of 513 characters", { input, metadata: { a: "x".repeat(513) } }, "/metadata", /512 characters/],
    [
      "3 KB of metadata",
      { input, metadata: Object.fromEntries(Array.from({ length: 6 }, (_, n) => [`k${n}`, "v".repeat(500)])) },
      "/metadata",
      /2048 bytes/,
    ],
    ["an empty metadata key", { input, metadata: { "": "x" } }, "/metadata", /1 to 64 characters/],
    ["another moment", { input, callback_when: "done" }, "/callback_when", /kept.*settled/],
    ["a deadline of 59 s", { input, deadline_seconds: 59 }, "/deadline_seconds", /60 to 86400/],
    ["a deadline of more than a day", { input, deadline_seconds: 86_401 }, "/deadline_seconds", /60 to 86400/],
    ["half a second of deadline", { input, deadline_seconds: 60.5 }, "/deadline_seconds", /whole number/],
    ["an infinite deadline", { input, deadline_seconds: Number.POSITIVE_INFINITY }, "/deadline_seconds", /must be/],
  ];
  it.each(refused)(
    "a request for a job with %s is rejected with the field and the expected value",
    (_, body, pointer, message) => {
      expect(errorsOf(body)).toContainEqual({ pointer, message: expect.stringMatching(message) });
    },
  );

  it("a request for a job has an error for every wrong field at once", () => {
    const errors = errorsOf({ input: { prompt: "", image_url: "x", y: 1 }, z: 2 });
    expect(errors.map((error) => error.pointer).sort()).toEqual([
      "/input/image_url",
      "/input/prompt",
      "/input/y",
      "/z",
    ]);
  });

  it("a request for a job survives very deep nesting", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`);
    expect(errorsOf({ input, metadata: deep })).toContainEqual({ pointer: "/metadata/a", message: "must be a string" });
  });
});
