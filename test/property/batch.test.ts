import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../support/events.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { expectNothingHappened, expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";
import { anyJson, validRequest } from "./requests.ts";

/** A service whose fal accepts every submission, and the number of submissions. */
function accepting() {
  const fal = { posts: 0 };
  const service = createMemoryService({
    submitToFal: async () => ({ outcome: "accepted", requestId: `req-${++fal.posts}` }),
  });
  const post = (body: string, headers: Record<string, string> = {}) =>
    service.batch(
      gatewayEvent({ resource: "/jobs/batch", body, headers: { "Content-Type": "application/json", ...headers } }),
    );
  return { fal, service, post };
}

interface Result {
  readonly status: number;
  readonly job?: { readonly id: string };
  readonly problem?: { readonly status: number; readonly code: string };
}

describe("POST /jobs/batch", () => {
  it("POST /jobs/batch rejects any body that is not a batch, and does nothing", () =>
    fc.assert(
      fc.asyncProperty(fc.oneof(anyJson, fc.string({ unit: "binary" })), async (body) => {
        const { service, post } = accepting();
        expect(["invalid_request", "malformed_request"]).toContain(expectRefusal(await post(body)).code);
        expectNothingHappened(service);
      }),
      cases(200),
    ));

  it("POST /jobs/batch gives every entry its own outcome: a job if it is valid, a refusal if not", () => {
    const entry = fc.oneof(
      validRequest.map((request) => ({ json: JSON.stringify(request), isValid: true })),
      anyJson.filter((json) => json.length < 5000).map((json) => ({ json, isValid: false })),
    );
    const property = fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 12 }), async (entries) => {
      const { fal, service, post } = accepting();
      const answer = await post(`{"jobs":[${entries.map(({ json }) => json).join()}]}`);
      expect(answer.statusCode, answer.body).toBe(200);
      const results: readonly Result[] = JSON.parse(answer.body).results;
      expect(results.map(({ job, problem, status }) => [status, job !== undefined, problem?.status])).toEqual(
        entries.map(({ isValid }) => (isValid ? [202, true, undefined] : [422, false, 422])),
      );
      const valid = entries.filter(({ isValid }) => isValid).length;
      expect([fal.posts, service.rows().size]).toEqual([valid, valid]);
    });
    return fc.assert(property, cases(120));
  });

  it("POST /jobs/batch returns the same jobs under the same key, however often and in whatever part it is repeated", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(validRequest, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 6 }),
        async (jobs, count) => {
          const { fal, post } = accepting();
          const key = { "Idempotency-Key": "k" };
          const idsOf = ({ body }: { body: string }) => JSON.parse(body).results.map(({ job }: Result) => job?.id);
          const part = idsOf(await post(JSON.stringify({ jobs: jobs.slice(0, count) }), key));
          const whole = idsOf(await post(JSON.stringify({ jobs }), key));
          expect(whole.slice(0, part.length)).toEqual(part);
          expect([new Set(whole).size, fal.posts]).toEqual([jobs.length, jobs.length]);
        },
      ),
      cases(60),
    ));
});

describe("any Prefer header", () => {
  const prefer = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.string({ unit: "grapheme-ascii" }), { maxLength: 3 }),
    fc.integer().map((seconds) => `wait=${seconds}`),
    fc.tuple(fc.string(), fc.nat()).map(([other, seconds]) => `${other}, wait="${seconds}"`),
  );

  it("any Prefer header is honoured or ignored when a job is created and read, and never waits beyond the time budget", () =>
    fc.assert(
      fc.asyncProperty(prefer, async (value) => {
        const { service } = accepting();
        const begun = service.state.nowMs;
        const headers = { Prefer: value };
        const body = JSON.stringify({ input: { prompt: "p", image_url: "https://example.com/a.jpg" } });
        const made = await service.submit(
          gatewayEvent({ body, headers: { "Content-Type": "application/json", ...headers } }),
        );
        const { id } = JSON.parse(made.body);
        const read = await service.get(gatewayEvent({ method: "GET", pathParameters: { id }, headers }));
        expect([made.statusCode, read.statusCode]).toEqual([202, 200]);
        expect(service.state.nowMs - begun).toBeLessThanOrEqual(2 * 25_000);
        for (const answer of [made, read]) {
          const applied = String(answer.headers?.["preference-applied"] ?? "wait=0");
          expect(Number(/^wait=(\d+)$/.exec(applied)?.[1])).toBeLessThanOrEqual(25);
        }
      }),
      cases(150),
    ));
});
