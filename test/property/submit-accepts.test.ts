import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SubmitCall } from "../../lambdas/fal/client.ts";
import { digest } from "../../lambdas/job/identity.ts";
import { gatewayEvent } from "../support/events.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { cases } from "./replay.ts";
import { dataUri, image, validRequest } from "./requests.ts";

const DEFAULTS = { resolution: "720p", aspect_ratio: "16:9", sync_mode: false };
const HELD_URL = "https://v3.fal.media/files/held.png";

/** A service whose fal accepts every submission and every upload. */
function accepting() {
  const posts: SubmitCall[] = [];
  const uploads: Uint8Array[] = [];
  const service = createMemoryService({
    async submitToFal(_access, call) {
      posts.push(call);
      return { outcome: "accepted", requestId: `req-${posts.length}` };
    },
    async uploadToFal(_access, file) {
      uploads.push(file.bytes);
      return HELD_URL;
    },
  });
  return { service, posts, uploads };
}

/** The ways to write a request; all are equivalent. */
const writing = fc.record({
  isBase64Encoded: fc.boolean(),
  isEscaped: fc.boolean(),
  indent: fc.integer({ min: 0, max: 3 }),
  salt: fc.option(fc.string(), { nil: undefined }),
  contentType: fc.constantFrom("application/json", "Application/JSON", "application/json; charset=utf-8"),
  header: fc.constantFrom("Content-Type", "content-type", "CONTENT-TYPE"),
});
type Writing = typeof writing extends fc.Arbitrary<infer W> ? W : never;

/** The event of a request, written in one of these ways. */
function posting(request: unknown, how: Writing, key?: string) {
  const json = JSON.stringify(how.salt === undefined ? request : reordered(request, how.salt), undefined, how.indent);
  const text = how.isEscaped ? json.replaceAll(/[^\x20-\x7e\n]/g, escaped) : json;
  return gatewayEvent({
    headers: { [how.header]: how.contentType, ...(key !== undefined && { "Idempotency-Key": key }) },
    body: how.isBase64Encoded ? Buffer.from(text).toString("base64") : text,
    isBase64Encoded: how.isBase64Encoded,
  });
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The same value with the keys of every object in an order that the salt decides. */
function reordered(value: unknown, salt: string): unknown {
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, field]) => [key, reordered(field, salt)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (digest(salt, a) < digest(salt, b) ? -1 : 1)));
}

describe("POST /jobs accepts every valid request", () => {
  it("POST /jobs accepts every valid request and sends its input unchanged, with defaults filled in, in one POST", () =>
    fc.assert(
      fc.asyncProperty(validRequest, writing, async (request, how) => {
        const { service, posts } = accepting();
        const answer = await service.submit(posting(request, how));
        expect(answer.statusCode, answer.body).toBe(202);
        const { input, deadline_seconds = 7200, ...rest } = request;
        const sent = { ...DEFAULTS, ...input };
        expect(posts).toMatchObject([{ endpoint: "decart/lucy-14b/image-to-video" }]);
        expect(posts[0]?.input).toEqual(sent);
        const told = JSON.parse(answer.body);
        expect(told).toMatchObject({ status: "queued", ...rest });
        expect(told.input).toEqual(sent);
        const lifeMs = service.row(told.id).deadline_at - Date.parse(told.created_at);
        expect(lifeMs).toBe(deadline_seconds * 1000);
        expect(service.row(told.id)).toMatchObject({ input: sent, ...rest });
      }),
      cases(250),
    ));

  it("POST /jobs accepts every valid request and sends an inline image's bytes to fal's storage unchanged, where a URL replaces it", () =>
    fc.assert(
      fc.asyncProperty(validRequest, image, writing, async (request, drawn, how) => {
        const { service, posts, uploads } = accepting();
        const { uri, bytes } = dataUri(drawn);
        const input = { ...request.input, image_url: uri };
        const answer = await service.submit(posting({ ...request, input }, how));
        expect(answer.statusCode, answer.body).toBe(202);
        expect(uploads.map((upload) => Buffer.from(upload))).toEqual([bytes]);
        expect(posts[0]?.input).toEqual({ ...DEFAULTS, ...input, image_url: HELD_URL });
        expect(JSON.stringify([...service.rows().values()])).not.toContain("data:");
      }),
      cases(100),
    ));

  it("POST /jobs accepts every valid request and recognises it again, however its JSON is written", () =>
    fc.assert(
      fc.asyncProperty(validRequest, writing, writing, fc.option(image), async (request, first, second, drawn) => {
        const { service, posts, uploads } = accepting();
        const asked = drawn ? { ...request, input: { ...request.input, image_url: dataUri(drawn).uri } } : request;
        const full = { deadline_seconds: 7200, ...asked, input: { ...DEFAULTS, ...asked.input } };
        const made = await service.submit(posting(asked, first, "key"));
        const again = await service.submit(posting(full, second, '"key"'));
        expect(again.headers).toMatchObject({ "idempotency-replayed": "true" });
        expect([made.statusCode, again.statusCode, posts.length, uploads.length]).toEqual([202, 200, 1, drawn ? 1 : 0]);
        expect(JSON.parse(again.body).id).toBe(JSON.parse(made.body).id);
      }),
      cases(150),
    ));

  it("POST /jobs accepts every valid request and treats any two that differ as different", () =>
    fc.assert(
      fc.asyncProperty(validRequest, validRequest, writing, async (one, other, how) => {
        const full = (request: typeof one) => ({
          deadline_seconds: 7200,
          ...request,
          input: { ...DEFAULTS, ...request.input },
        });
        fc.pre(JSON.stringify(reordered(full(one), "")) !== JSON.stringify(reordered(full(other), "")));
        const { service, posts } = accepting();
        await service.submit(posting(one, how, "key"));
        const answer = await service.submit(posting(other, how, "key"));
        expect(JSON.parse(answer.body)).toMatchObject({ status: 422, code: "idempotency_key_reused" });
        expect([posts.length, service.rows().size]).toEqual([1, 1]);
      }),
      cases(100),
    ));

  it("POST /jobs accepts every valid request and treats any change of a field as another request", () => {
    const base = {
      input: { prompt: "p", image_url: "https://example.com/a.jpg", ...DEFAULTS },
      callback_url: "https://example.com",
      metadata: { a: "b" },
      deadline_seconds: 60,
    };
    const changes = [
      { input: { ...base.input, prompt: "p " } },
      { input: { ...base.input, image_url: "https://example.com/a.jpg?" } },
      { input: { ...base.input, aspect_ratio: "9:16" } },
      { input: { ...base.input, sync_mode: true } },
      { callback_url: "https://example.com/" },
      { callback_url: undefined },
      { metadata: { a: "b", c: "" } },
      { metadata: {} },
      { metadata: undefined },
      { deadline_seconds: 61 },
    ];
    const property = fc.asyncProperty(fc.constantFrom(...changes), writing, async (change, how) => {
      const { service } = accepting();
      await service.submit(posting(base, how, "key"));
      expect((await service.submit(posting({ ...base, ...change }, how, "key"))).statusCode).toBe(422);
    });
    return fc.assert(property, cases(60));
  });

  it("POST /jobs accepts every valid request under any key of printable ASCII, quoted or not, and separates keys and owners", () => {
    const key = fc
      .string({ unit: "grapheme-ascii", minLength: 1, maxLength: 255 })
      .filter((text) => !/^".*"$/.test(text));
    const property = fc.asyncProperty(validRequest, key, key, writing, async (request, one, other, how) => {
      const { service } = accepting();
      const quoted = `"${one.replaceAll(/["\\]/g, "\\$&")}"`;
      fc.pre(one !== other);
      const answers = await Promise.all(
        [posting(request, how, one), posting(request, how, quoted), posting(request, how, other)].map(service.submit),
      );
      expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 202, 202]);
      expect(service.rows().size).toBe(2);
    });
    return fc.assert(property, cases(100));
  });
});
