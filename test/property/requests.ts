import fc from "fast-check";
import { METADATA_MAX_BYTES, METADATA_MAX_KEYS, PROMPT_MAX_CHARACTERS } from "../../lambdas/limits.ts";
import { PICTURES } from "../support/pictures.ts";

/** Arbitraries of requests to `POST /jobs`. */

/** Any well-formed Unicode text, of whole code points, without lost characters and byte order marks (rule P35). */
const wellFormed = (maxLength: number, minLength = 0) =>
  fc.string({ unit: "binary", minLength, maxLength }).map((text) => text.replaceAll(/[\uFFFD\uFEFF]/g, "·"));

const prompt = fc
  .oneof(
    { weight: 9, arbitrary: wellFormed(PROMPT_MAX_CHARACTERS, 1) },
    {
      weight: 1,
      arbitrary: wellFormed(PROMPT_MAX_CHARACTERS, PROMPT_MAX_CHARACTERS),
    },
  )
  .map((text) => text.replaceAll(/[^\P{Cc}\n\t]/gu, "·"))
  .filter((text) => text.trim() !== "");

/** A hosted image or callback. */
export const httpsUrl = fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true });

/** An image signature followed by any bytes. */
export const image = fc.record({
  contentType: fc.constantFrom("image/png", "image/jpeg", "image/webp"),
  rest: fc.uint8Array({ maxLength: 64 }),
});

/** The data URI of an `image`, and its bytes. */
export function dataUri({ contentType, rest }: { contentType: keyof typeof PICTURES; rest: Uint8Array }) {
  const bytes = Buffer.concat([PICTURES[contentType], rest]);
  return { bytes, uri: `data:${contentType};base64,${bytes.toString("base64")}` };
}

const metadata = fc
  .dictionary(wellFormed(16, 1), wellFormed(60), { maxKeys: METADATA_MAX_KEYS, noNullPrototype: true })
  .filter((pairs) => !Object.hasOwn(pairs, "__proto__") && !Object.hasOwn(pairs, "constructor"))
  .filter((pairs) => Buffer.byteLength(JSON.stringify(pairs)) <= METADATA_MAX_BYTES);

/** A valid request with a hosted image and random optional fields. */
export const validRequest = fc.record(
  {
    input: fc.record(
      {
        prompt,
        image_url: httpsUrl,
        resolution: fc.constant("720p"),
        aspect_ratio: fc.constantFrom("16:9", "9:16"),
        sync_mode: fc.boolean(),
      },
      { requiredKeys: ["prompt", "image_url"], noNullPrototype: true },
    ),
    callback_url: httpsUrl,
    callback_when: fc.constant("settled"),
    metadata,
    deadline_seconds: fc.integer({ min: 60, max: 86_400 }),
  },
  { requiredKeys: ["input"], noNullPrototype: true },
);

/** Any JSON, including numbers beyond every limit and keys with a special meaning. */
export const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 4, stringUnit: "binary" }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    "1e999",
    "-1e999",
    "1e-999",
    "123456789012345678901234567890",
    "-0",
    "0.1",
    "true",
    "null",
    "[]",
    "{}",
  ),
  fc.constantFrom(
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"NaN"',
    '"Infinity"',
    '"\\u0000"',
    '{"__proto__":{"polluted":true}}',
  ),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.integer({ min: 1, max: 20_000 }).map((depth) => '{"a":'.repeat(depth) + 0 + "}".repeat(depth)),
);
