import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../support/events.ts";
import { formEvent, formOf, rawFormEvent } from "../support/forms.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { PICTURES } from "../support/pictures.ts";
import { expectNothingHappened, expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";
import { anyJson, dataUri, image, validRequest } from "./requests.ts";

type Field = readonly [name: string, value: string | Blob];

/** A service whose fal accepts every submission and every image. */
function accepting() {
  const pictures: Buffer[] = [];
  const service = createMemoryService({
    submitToFal: async () => ({ outcome: "accepted", requestId: "req-1" }),
    async uploadToFal(_access, { name, bytes }) {
      pictures.push(Buffer.from(bytes));
      return `https://v3.fal.media/files/${name}`;
    },
  });
  return { service, pictures };
}

/** The content of a form: its fields in one list. */
function fieldsOf({ input, metadata = {}, ...rest }: Readonly<Record<string, unknown>>): Field[] {
  const flat = { ...(input as object), ...rest };
  const named = Object.entries(flat).map(([name, value]): Field => [name, String(value)]);
  const pairs = Object.entries(metadata as object).map(([key, value]): Field => [`metadata.${key}`, value]);
  return [...named, ...pairs].filter(([, value]) => value !== "");
}

/**
 * Forms omit empty fields and do not distinguish carriage returns from line breaks, so the equivalent JSON has
 * neither.
 */
const writable = validRequest.map(({ metadata = {}, ...request }) => {
  const pairs = Object.entries(metadata).map(([key, value]) => [
    key.replaceAll(/[\r\n\\]/g, "·"),
    value.replaceAll("\r", "·"),
  ]);
  const filled = Object.fromEntries(pairs.filter(([, value]) => value !== ""));
  return Object.keys(filled).length === 0 ? request : { ...request, metadata: filled };
});

describe("a form", () => {
  it("a form is equivalent to the JSON of the same content, whatever that is", () =>
    fc.assert(
      fc.asyncProperty(writable, fc.option(image), async (request, drawn) => {
        const { service, pictures } = accepting();
        const asked = drawn ? { ...request, input: { ...request.input, image_url: dataUri(drawn).uri } } : request;
        const file = drawn && new File([new Uint8Array(dataUri(drawn).bytes)], "a", { type: drawn.contentType });
        const fields = fieldsOf(asked).filter(([name]) => !file || name !== "image_url");
        const headers = { "Idempotency-Key": "key" };
        const form = await formEvent(formOf(...fields, ...(file ? [["image", file] as const] : [])), { headers });
        const made = await service.submit(form);
        expect(made.statusCode, made.body).toBe(202);
        const typed = { "Content-Type": "application/json", ...headers };
        const again = await service.submit(gatewayEvent({ headers: typed, body: JSON.stringify(asked) }));
        expect(again.statusCode, again.body).toBe(200);
        expect(pictures).toEqual(drawn ? [dataUri(drawn).bytes] : []);
      }),
      cases(150),
    ));

  it("a form of arbitrary bytes is rejected, and has no effect", () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ unit: "binary" }).map((text) => Buffer.from(`--x\r\n${text}\r\n--x--\r\n`)),
          fc
            .string({ unit: "binary" })
            .map((text) => Buffer.from(`--x\r\nContent-Disposition: form-data; name="${text}"\r\n\r\n1\r\n--x--\r\n`)),
        ),
        fc.constantFrom("", "; boundary=x", '; boundary="x"', "; boundary=y", "; boundary=", "; charset=x"),
        async (bytes, parameters) => {
          const service = createMemoryService();
          const event = rawFormEvent(Buffer.from(bytes), `multipart/form-data${parameters}`);
          expect(["malformed_request", "invalid_request", "unsupported_media_type"]).toContain(
            expectRefusal(await service.submit(event)).code,
          );
          expectNothingHappened(service);
        },
      ),
      cases(200),
    ));

  it("a form with an unknown field is rejected with the field's name, whatever that is", () => {
    const known = ["prompt", "image_url", "image", "resolution", "aspect_ratio", "sync_mode", "callback_url"];
    const name = fc
      .oneof(
        fc.string({ minLength: 1 }),
        fc.constantFrom("__proto__", "constructor", "toString", "~", "/", "~1", "a/b"),
      )
      // Browsers do not escape a backslash; other clients escape it and quotes with one.
      .filter((text) => !/\\(?:["\\]|$)/.test(text))
      .filter((text) => ![...known, "deadline_seconds"].includes(text) && !/^metadata\../s.test(text));
    const property = fc.asyncProperty(name, fc.boolean(), async (field, isFile) => {
      const service = createMemoryService();
      const value = isFile ? new File(["x"], "x") : "x";
      const { errors } = expectRefusal(await service.submit(await formEvent(formOf([field, value]))));
      const escaped = field.replaceAll("~", "~0").replaceAll("/", "~1");
      expect(errors?.map(({ pointer }) => pointer)).toContain(`/${escaped}`);
      expectNothingHappened(service);
    });
    return fc.assert(property, cases(100));
  });

  it("a form with a field name of four megabytes is rejected in an answer within Lambda's limit", async () => {
    const service = createMemoryService();
    const form = `--x\r\nContent-Disposition: form-data; name="${"\u0001".repeat(4_000_000)}"\r\n\r\n1\r\n--x--\r\n`;
    expectRefusal(await service.submit(rawFormEvent(Buffer.from(form), "multipart/form-data; boundary=x")));
  });
});

describe("an image", () => {
  it("an image that is corrupted in any way goes to fal unchanged, or is rejected with its field", () => {
    const spoilt = fc.record({
      contentType: fc.constantFrom(...(Object.keys(PICTURES) as (keyof typeof PICTURES)[])),
      declared: fc.constantFrom(...Object.keys(PICTURES), "image/gif", "text/html"),
      flips: fc.array(fc.record({ place: fc.nat(1000), byte: fc.nat(255) }), { maxLength: 8 }),
      end: fc.nat(1000),
    });
    const property = fc.asyncProperty(spoilt, async ({ contentType, declared, flips, end }) => {
      const bytes = Buffer.from(PICTURES[contentType].subarray(0, end || 1));
      for (const { place, byte } of flips) bytes[place % bytes.length] = byte;
      const { service, pictures } = accepting();
      const image_url = `data:${declared};base64,${bytes.toString("base64")}`;
      const answer = await service.submit(
        gatewayEvent({ body: JSON.stringify({ input: { prompt: "p", image_url } }) }),
      );
      if (answer.statusCode === 202) expect(pictures).toEqual([bytes]);
      else {
        expect(expectRefusal(answer).errors?.map(({ pointer }) => pointer)).toEqual(["/input/image_url"]);
        expectNothingHappened(service);
      }
    });
    return fc.assert(property, cases(300));
  });
});

describe("POST /uploads", () => {
  const upload = (body: string) => createMemoryService().upload(gatewayEvent({ resource: "/uploads", body }));

  it("POST /uploads rejects any JSON that is not a valid request, and any text", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anyJson, fc.string({ unit: "binary" })), async (body) => {
        expect(["invalid_request", "malformed_request"]).toContain(expectRefusal(await upload(body)).code);
      }),
      cases(150),
    ));

  it("POST /uploads accepts every valid request, and never returns the same upload twice", () => {
    const places = new Set<string>();
    let uploads = 0;
    const asked = fc.record(
      {
        content_type: fc.constantFrom(...Object.keys(PICTURES)),
        size: fc.integer({ min: 1, max: 25 * 1024 * 1024 }),
        file_name: fc.string({ minLength: 1, maxLength: 255 }).filter((name) => name.trim() !== ""),
      },
      { requiredKeys: ["size"], noNullPrototype: true },
    );
    const property = fc.asyncProperty(asked, async (request) => {
      const { statusCode, body } = await upload(JSON.stringify(request));
      expect(statusCode, body).toBe(201);
      places.add(new URL(JSON.parse(body).upload_url).pathname);
      expect(places.size).toBe(++uploads);
    });
    return fc.assert(property, cases(60));
  });
});
