import fc from "fast-check";
import { DEADLINE_MAX_SECONDS, DEADLINE_MIN_SECONDS } from "../../lambdas/limits.ts";
import { anyJson } from "./requests.ts";

const asJson = fc.oneof(
  anyJson,
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
);
/** Null is an optional field left out. */
const some = asJson.filter((text) => text !== "null");
const notText = anyJson.filter((text) => !text.startsWith('"'));

/** For each field of the input, JSON of invalid values. */
export const BAD_INPUT = {
  prompt: fc.oneof(
    notText,
    fc.constantFrom('"a\ufffd"', '""', '" \\n\\t"', '"a\\u0000"', '"a\\r"', '"a\\ud800b"'),
    fc.integer({ min: 2001, max: 1_000_000 }).map((length) => `"${"x".repeat(length)}"`),
  ),
  image_url: fc.oneof(
    asJson,
    fc.webUrl({ validSchemes: ["http", "ftp"] }).map((url) => `"${url}"`),
    fc.base64String().map((base64) => `"data:image/png;base64,${base64}"`),
  ),
  resolution: some.filter((text) => text !== '"720p"'),
  aspect_ratio: some.filter((text) => text !== '"16:9"' && text !== '"9:16"'),
  sync_mode: some.filter((text) => text !== "true" && text !== "false"),
};

/** The same for the fields beside the input. */
export const BAD_FIELD = {
  callback_url: fc.oneof(
    some,
    fc.webUrl({ validSchemes: ["http"] }).map((url) => `"${url}"`),
  ),
  callback_when: some.filter((text) => text !== '"kept"' && text !== '"settled"'),
  metadata: fc.oneof(
    some.filter((text) => !text.startsWith("{")),
    notText.map((text) => `{"a":${text}}`),
    fc
      .integer({ min: 17, max: 5000 })
      .map((keys) => JSON.stringify(Object.fromEntries(Array.from({ length: keys }, (_, key) => [`k${key}`, ""])))),
    fc.constantFrom(
      '{"a":"\\ud800"}',
      '{"a":"\ufffd"}',
      '{"\\ud800":"a"}',
      '{"":"a"}',
      `{"a":"${"x".repeat(513)}"}`,
      `{"${"k".repeat(65)}":"a"}`,
      '{"__proto__":"x"}',
      '{"constructor":"x"}',
    ),
  ),
  deadline_seconds: fc.oneof(
    some.filter((text) => !/^\d{2,5}$/.test(text)),
    outside(DEADLINE_MIN_SECONDS, DEADLINE_MAX_SECONDS).map(String),
  ),
};

function outside(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ max: low - 1 }),
    fc.integer({ min: high + 1 }),
    fc.double({ noInteger: true, noDefaultInfinity: true, noNaN: true }),
  );
}
