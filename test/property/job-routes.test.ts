import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../lambdas/job/event.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { gatewayEvent } from "../support/events.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";

const ID = "0193500000007000800000000000abcd";
const at = BIRTH_MS + 10_000;
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const JOBS = {
  submitting: birth(),
  queued: become(birth(), accepted),
  succeeded: become(birth(), accepted, { at, by: "webhook", type: "succeeded", result: jobResult }),
  failed: become(birth(), accepted, { at, by: "webhook", type: "failed", error: jobError }),
} as const;
const ROUTES = ["get", "cancel", "retry", "video", "delete", "redeliver"] as const;

/** Ids that are not `ID`: arbitrary ones, and near misses. */
const otherId = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 32, maxLength: 32 }),
    fc.constantFrom(
      ID.toUpperCase(),
      `${ID}\n`,
      `${ID} `,
      ` ${ID}`,
      ID.slice(1),
      `${ID}0`,
      `../${ID}`,
      `${ID}/retry`,
      `${ID}\0`,
      `%30${ID.slice(1)}`,
      "__proto__",
      "constructor",
      "health",
      "",
    ),
  )
  .filter((id) => id !== ID);
const anyHeaders = fc.dictionary(
  fc.oneof(
    fc.constantFrom(
      "If-None-Match",
      "if-none-match",
      "Content-Type",
      "Prefer",
      "Authorization",
      "x-api-key",
      "__proto__",
    ),
    fc.string(),
  ),
  fc.oneof(fc.string({ unit: "binary" }), fc.array(fc.string(), { maxLength: 3 })),
  { noNullPrototype: true },
);
const anyBody = fc.option(
  fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc.nat(5000).map((depth) => "[".repeat(depth)),
  ),
);
const asked = fc.record({ headers: anyHeaders, body: anyBody, isBase64Encoded: fc.boolean() });

/** A service with these jobs, and a view of its rows. */
async function holding(...jobs: readonly Job[]) {
  const service = createMemoryService();
  for (const job of jobs) await service.add(job);
  return { service, before: snapshot(service) };
}

function snapshot({ rows }: ReturnType<typeof createMemoryService>): string {
  return JSON.stringify([...rows()]);
}

describe("GET and DELETE /jobs/{id}, its cancel, its retry, its redelivery and its video", () => {
  it.each(ROUTES)("%s: any unknown job id is a 404, and nothing changes", (route) =>
    fc.assert(
      fc.asyncProperty(otherId, asked, async (id, event) => {
        const { service, before } = await holding(JOBS.failed);
        const answer = await service[route](gatewayEvent({ ...event, pathParameters: { id } }));
        expect(["not_found", "malformed_idempotency_key"]).toContain(expectRefusal(answer).code);
        expect([snapshot(service), service.state.prepared]).toEqual([before, 0]);
      }),
      cases(100),
    ),
  );

  it.each(ROUTES)("%s: a path without an id is a 404", async (route) => {
    const { service } = await holding();
    expect(expectRefusal(await service[route](gatewayEvent({ headers: {} }))).code).toBe("not_found");
  });

  it.each(ROUTES)("%s: another owner's job looks like a missing job, whatever its state", (route) =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(JOBS)),
        fc.string({ minLength: 1 }),
        asked,
        async (job, apiKeyId, event) => {
          fc.pre(apiKeyId !== job.owner);
          const [{ service, before }, empty] = [await holding(job), await holding()];
          const request = gatewayEvent({ ...event, apiKeyId, pathParameters: { id: job.id } });
          const answer = await service[route](request);
          expect(answer).toEqual(await empty.service[route](request));
          expectRefusal(answer);
          expect([snapshot(service), service.state.prepared]).toEqual([before, 0]);
        },
      ),
      cases(60),
    ),
  );

  it("GET returns the job or a 304 under any headers and body, and changes nothing", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.values(JOBS)), asked, async (job, event) => {
        const { service, before } = await holding(job);
        const answer = await service.get(
          gatewayEvent({ ...event, method: "GET", apiKeyId: job.owner, pathParameters: { id: ID } }),
        );
        expect([200, 304]).toContain(answer.statusCode);
        expect([snapshot(service), service.state.prepared]).toEqual([before, 0]);
      }),
      cases(100),
    ));

  it("retry rejects an open or succeeded job, and a malformed Idempotency-Key for any job", () =>
    fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(JOBS)),
        asked,
        fc.constantFrom(undefined, "", "ä", ["a", "b"], "k".repeat(256)),
        async (job, event, key) => {
          fc.pre(key !== undefined || job.status !== "failed");
          const { service, before } = await holding(job);
          const headers: Record<string, string | string[]> = key === undefined ? {} : { "Idempotency-Key": key };
          const answer = await service.retry(
            gatewayEvent({ ...event, headers, apiKeyId: job.owner, pathParameters: { id: ID } }),
          );
          expect(expectRefusal(answer).code).toBe(
            key === undefined ? "job_not_retryable" : "malformed_idempotency_key",
          );
          expect([snapshot(service), service.state.prepared]).toEqual([before, 0]);
        },
      ),
      cases(80),
    ));

  it("cancel of a settled job returns the unchanged job, whatever the request contains", () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(JOBS.succeeded, JOBS.failed), asked, async (job, event) => {
        const { service, before } = await holding(job);
        const answer = await service.cancel(
          gatewayEvent({ ...event, apiKeyId: job.owner, pathParameters: { id: ID } }),
        );
        expect([answer.statusCode, JSON.parse(answer.body).status]).toEqual([200, job.status]);
        expect([snapshot(service), service.state.prepared]).toEqual([before, 0]);
      }),
      cases(40),
    ));
});
