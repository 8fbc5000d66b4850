import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lucy } from "../../lambdas/contract/models/lucy.ts";
import { METADATA_MAX_BYTES, PASSED_INPUT_MAX_BYTES } from "../../lambdas/limits.ts";
import { schemaFaults } from "../support/conforms.ts";
import { gatewayEvent } from "../support/events.ts";
import { site } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { cases } from "./replay.ts";
import { dataUri, httpsUrl, image, validRequest } from "./requests.ts";

/** What a caller may put into any field: values of every type, near the limits that the document names. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    "",
    " ",
    "720p",
    "16:9",
    "9:16",
    "x",
    "a\u0000",
    "a\r\n",
    "\n",
    "http://example.com",
    "ftp://a",
  ),
  fc.constantFrom<unknown>(59, 60, 60.5, 86_400, 86_401, -1, 2 ** 53, true, false, null, [], {}, [""], { a: 1 }),
  fc.constantFrom("p", "é").chain((text) => fc.integer({ min: 1990, max: 2010 }).map((times) => text.repeat(times))),
  fc.string({ unit: "binary", maxLength: 20 }),
  httpsUrl,
  image.map((drawn) => dataUri(drawn).uri),
);
const metadata = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "",
      "a",
      "constructor",
      "toString",
      "k".repeat(64),
      "k".repeat(65),
      "😀".repeat(64),
      "😀".repeat(65),
    ),
    fc.string({ unit: "binary", maxLength: 3 }),
  ),
  fc.oneof(fc.constantFrom<unknown>("", "x".repeat(512), "x".repeat(513), "😀".repeat(300), 1, null, {}), fc.string()),
  { maxKeys: 18, noNullPrototype: true },
);
const field = fc.constantFrom("prompt", "image_url", "resolution", "aspect_ratio", "sync_mode", "promt", "seed", "");

/** A field that is changed, added or, as undefined, left out. */
const change = fc.record({ field, value: fc.option(value, { nil: undefined }) });
const outerChange = fc.oneof(
  fc.record({ field: fc.constantFrom("callback_url", "callback_when", "deadline_seconds", "webhook_url"), value }),
  fc.record({ field: fc.constant("metadata"), value: fc.oneof(metadata, value) }),
  fc.record({ field: fc.constant("input"), value: fc.option(value, { nil: undefined }) }),
);
const endpoint = fc.oneof(fc.constantFrom<unknown>(undefined, ...lucy.endpoints, ...site.endpoints), value);

/** A request that is right but for a few changes. */
const request = fc
  .tuple(validRequest, endpoint, fc.array(change, { maxLength: 3 }), fc.array(outerChange, { maxLength: 1 }))
  .map(([valid, named, changes, outer]) => {
    const input = { ...valid.input, ...Object.fromEntries(changes.map((each) => [each.field, each.value])) };
    const changed = {
      ...valid,
      endpoint: named,
      input,
      ...Object.fromEntries(outer.map((each) => [each.field, each.value])),
    };
    const body: Record<string, unknown> = JSON.parse(JSON.stringify(changed));
    return body;
  });

/** What the document says in words only: which endpoints there are, the sizes of objects, and the numbers of an input. */
function isBeyondSchema({ endpoint, metadata = {}, input }: Readonly<Record<string, unknown>>): boolean {
  const isLucy = endpoint === undefined || lucy.endpoints.some((each) => each === endpoint);
  const isServed = isLucy || site.endpoints.some((each) => each === endpoint);
  if (!isServed || bytesOf(metadata) > METADATA_MAX_BYTES) return true;
  return !isLucy && (bytesOf(input) > PASSED_INPUT_MAX_BYTES || Object.values(Object(input)).includes(2 ** 53));
}

function bytesOf(part: unknown): number {
  return Buffer.byteLength(JSON.stringify(part));
}

const isValid = (body: unknown) => schemaFaults({ $ref: "#/components/schemas/NewJob" }, body).length === 0;

describe("the document's schema of a request", () => {
  it("a request that the document's schema accepts is accepted by the service", () => {
    const seen = { valid: 0, wrong: 0 };
    const property = fc.asyncProperty(request, async (body) => {
      const { statusCode, body: answer } = await createMemoryService().validate(
        gatewayEvent({ resource: "/jobs/validate", body: JSON.stringify(body) }),
      );
      expect([200, 422]).toContain(statusCode);
      const valid = isValid(body);
      seen[valid ? "valid" : "wrong"]++;
      if (valid && !isBeyondSchema(body)) expect(statusCode, answer).toBe(200);
    });
    return fc.assert(property, cases(1000)).then(() => {
      expect(seen.valid).toBeGreaterThan(10);
      expect(seen.wrong).toBeGreaterThan(10);
    });
  });

  it.each<[string, object]>([
    ["a misspelled field of a Lucy model", { input: { promt: "p", image_url: "https://example.com/a.jpg" } }],
    [
      "a misspelled field of a Lucy model where the endpoint is named",
      { endpoint: "decart/lucy-i2v", input: { prompt: "p", image: "x" } },
    ],
    ["a field beside the input", { input: { prompt: "p", image_url: "https://example.com/a.jpg" }, webhook: "x" }],
    ["the input of another model without its endpoint", { input: { image_urls: [] } }],
  ])("the document's schema and the service reject %s", async (_, body) => {
    expect(isValid(body)).toBe(false);
    const event = gatewayEvent({ resource: "/jobs/validate", body: JSON.stringify(body) });
    expect((await createMemoryService().validate(event)).statusCode).toBe(422);
  });
});
