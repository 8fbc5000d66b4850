import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JSON_BODY_MAX_BYTES } from "../../lambdas/limits.ts";
import { gatewayEvent } from "../support/events.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { BAD_FIELD, BAD_INPUT } from "./bad-values.ts";
import { expectNothingHappened, expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";
import { anyJson, validRequest } from "./requests.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
type Event = Parameters<typeof gatewayEvent>[0];

/** Posts to `/jobs` and returns the refusal, after checking that the request had no other effect. */
async function refusal(event: Event) {
  const service = createMemoryService();
  const answer = await service.submit(gatewayEvent({ headers: JSON_TYPE, ...event }));
  const problem = expectRefusal(answer);
  expectNothingHappened(service);
  return problem;
}

/** The pointers of the errors for a body. */
async function pointers(body: string): Promise<readonly string[]> {
  const { code, errors } = await refusal({ body });
  expect(code).toBe("invalid_request");
  return (errors ?? []).map((error) => error.pointer);
}

/** A key as JSON text: `JSON.stringify` would lose an own `__proto__`. */
function withField(object: object, key: string, value: string): string {
  const fields = Object.entries(object).filter(([name]) => name !== key);
  const texts = fields.map(([name, field]) => `${JSON.stringify(name)}:${JSON.stringify(field)}`);
  return `{${[...texts, `${JSON.stringify(key)}:${value}`].join(",")}}`;
}

const bigFields = Array.from({ length: 400_000 }, (_, key) => `"${key}":0`).join(",");

describe("POST /jobs rejects, and records nothing:", () => {
  it("any JSON that is not a valid request", () =>
    fc.assert(
      fc.asyncProperty(anyJson, async (body) => {
        expect((await refusal({ body })).code).toBe("invalid_request");
      }),
      cases(150),
    ));

  it("any text, any bytes, whole or cut, whatever the base64 flag says", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.base64String(),
          validRequest.map((request) => JSON.stringify(request).slice(0, -1)),
        ),
        fc.boolean(),
        async (body, isBase64Encoded) => {
          expect(["malformed_request", "invalid_request"]).toContain((await refusal({ body, isBase64Encoded })).code);
        },
      ),
      cases(200),
    ));

  it.each(Object.entries(BAD_INPUT))("a bad input.%s, by its name", (field, bad) =>
    fc.assert(
      fc.asyncProperty(validRequest, bad, async (request, value) => {
        const body = withField(request, "input", withField(request.input, field, value));
        expect(await pointers(body)).toContain(`/input/${field}`);
      }),
      cases(60),
    ),
  );

  it.each(Object.entries(BAD_FIELD))("a bad %s, by its name", (field, bad) =>
    fc.assert(
      fc.asyncProperty(validRequest, bad, async (request, value) => {
        const found = await pointers(withField(request, field, value));
        expect(
          found.some((pointer) => pointer === `/${field}` || pointer.startsWith(`/${field}/`)),
          String(found),
        ).toBe(true);
      }),
      cases(60),
    ),
  );

  it("any unknown field, with its name, at both levels, including prototype-polluting ones", () => {
    const key = fc
      .oneof(
        fc.constantFrom(
          "__proto__",
          "constructor",
          "prototype",
          "toString",
          "hasOwnProperty",
          "toJSON",
          "",
          "~",
          "/",
          "~1",
        ),
        fc.string({ unit: "binary", maxLength: 40 }),
      )
      .filter(
        (name) =>
          ![
            "input",
            "callback_url",
            "callback_when",
            "metadata",
            "deadline_seconds",
            ...Object.keys(BAD_INPUT),
          ].includes(name),
      );
    const property = fc.asyncProperty(
      validRequest,
      key,
      anyJson,
      fc.boolean(),
      async (request, name, value, isInner) => {
        const body = isInner
          ? withField(request, "input", withField(request.input, name, value))
          : withField(request, name, value);
        const escaped = name.replaceAll("~", "~0").replaceAll("/", "~1");
        expect(await pointers(body)).toEqual([`${isInner ? "/input" : ""}/${escaped}`]);
      },
    );
    return fc.assert(property, cases(150));
  });

  it("a request without its input, prompt or image, with the field's name", () =>
    fc.assert(
      fc.asyncProperty(validRequest, fc.constantFrom("prompt", "image_url"), async (request, missing) => {
        const { [missing]: _, ...input } = request.input;
        expect(await pointers(JSON.stringify({ ...request, input }))).toEqual([`/input/${missing}`]);
        expect(await pointers(JSON.stringify({ ...request, input: undefined }))).toEqual(["/input"]);
      }),
      cases(30),
    ));

  it("any Content-Type other than JSON and forms, sent once", () => {
    const notJson = fc
      .string({ unit: "binary-ascii" })
      .filter((type) => !/^\s*(application\/json|multipart\/form-data)\s*(;|$)/i.test(type));
    const property = fc.asyncProperty(
      validRequest,
      fc.oneof(
        notJson,
        fc.constantFrom(
          "text/json",
          "application/json, text/plain",
          "application/jsonp",
          "multipart/mixed; boundary=x",
          "application/x-www-form-urlencoded",
        ),
      ),
      async (request, type) => {
        const body = JSON.stringify(request);
        expect((await refusal({ body, headers: { "content-TYPE": type } })).code).toBe("unsupported_media_type");
        expect((await refusal({ body, headers: {} })).code).toBe("unsupported_media_type");
        expect((await refusal({ body, headers: { "Content-Type": ["application/json", type] } })).code).toBe(
          "malformed_request",
        );
        expect((await refusal({ body, headers: { ...JSON_TYPE, "content-type": type } })).code).toBe(
          "malformed_request",
        );
      },
    );
    return fc.assert(property, cases(60));
  });

  it("an Idempotency-Key that is empty, too long, not printable ASCII or sent twice", () => {
    const bad = fc.oneof(
      fc.string({ unit: "binary", minLength: 1 }).filter((key) => !/^[\x20-\x7e]+$/.test(key)),
      fc.integer({ min: 256, max: 5000 }).map((length) => "k".repeat(length)),
      fc.constantFrom("", '""'),
      fc.array(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 4 }),
    );
    const property = fc.asyncProperty(
      validRequest,
      bad,
      fc.constantFrom("Idempotency-Key", "idempotency-key"),
      async (request, key, name) => {
        const headers = { ...JSON_TYPE, [name]: key };
        expect((await refusal({ body: JSON.stringify(request), headers })).code).toBe("malformed_idempotency_key");
      },
    );
    return fc.assert(property, cases(80));
  });

  it("conflicting Idempotency-Keys in headers that differ in case", async () => {
    const headers = { ...JSON_TYPE, "Idempotency-Key": "a", "idempotency-key": "b" };
    const body = JSON.stringify({ input: { prompt: "p", image_url: "https://example.com/a.jpg" } });
    expect((await refusal({ body, headers })).code).toBe("malformed_idempotency_key");
  });

  it("a body over the limit, whatever it contains", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom("x", " ", "[", '"', "ä"), fc.boolean(), async (unit, isBase64Encoded) => {
        const text = unit.repeat(JSON_BODY_MAX_BYTES + 1);
        const body = isBase64Encoded ? Buffer.from(text).toString("base64") : text;
        expect((await refusal({ body, isBase64Encoded })).code).toBe("body_too_large");
      }),
      cases(10),
    ));

  it.each([
    ["nested five megabytes deep", "[".repeat(JSON_BODY_MAX_BYTES / 2) + "]".repeat(JSON_BODY_MAX_BYTES / 2)],
    ["of a five-megabyte number", "9".repeat(JSON_BODY_MAX_BYTES)],
  ])("a body %s", async (_, body) => {
    expect((await refusal({ body })).code).toBe("invalid_request");
  });

  it.each([
    ["four hundred thousand unknown fields", `{${bigFields}}`],
    ["as many metadata values that are not strings", `{"metadata":{${bigFields}}}`],
    ["one unknown field of four megabytes", `{"${"~".repeat(4_000_000)}":0}`],
  ])("%s, in an answer within Lambda's limit", async (_, body) => {
    expect((await refusal({ body })).code).toBe("invalid_request");
  });

  it.each(["\u0001https://example.com/a.jpg", "https://example.com/a.jpg\u0000", "https:example.com/a.jpg"])(
    "the URL %j, which only a lenient parser accepts",
    async (image_url) => {
      expect(await pointers(JSON.stringify({ input: { prompt: "p", image_url } }))).toEqual(["/input/image_url"]);
    },
  );
});
