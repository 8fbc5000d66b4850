import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PublicJob } from "../../lambdas/contract/public-job.ts";
import type { JobEvent } from "../../lambdas/job/event.ts";
import { type Job, STATUSES } from "../../lambdas/job/job.ts";
import { gatewayEvent } from "../support/events.ts";
import { BIRTH_MS, become, birth, jobError } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { expectRefusal } from "./refusal.ts";
import { cases } from "./replay.ts";

const failed: JobEvent = { at: BIRTH_MS, by: "webhook", type: "failed", error: jobError };

/** Thirty jobs of two owners, a second apart, half of them settled. */
const JOBS: readonly Job[] = Array.from({ length: 30 }, (_, n) => {
  const id = n.toString(16).padStart(32, "0");
  const created_at = new Date(BIRTH_MS + Math.floor(n / 2) * 1000).toISOString();
  const owner = n % 5 === 0 ? "owner-2" : "owner-1";
  const metadata = n % 3 === 0 ? undefined : { shop: String(n % 2), ä: "" };
  const row = { ...birth({ id }), owner, metadata, created_at, created_at_id: `${created_at}#${id}` };
  return n % 4 === 0 ? become(row, failed) : row;
});

async function holding() {
  const service = createMemoryService();
  for (const job of JOBS) await service.add(job);
  return { service, before: JSON.stringify([...service.rows()]) };
}

const time = fc
  .integer({ min: -5, max: 20 })
  .map((seconds) => new Date(BIRTH_MS + seconds * 1000).toISOString())
  .map((text) => text.replace("Z", "+00:00"));
const filters = fc.record(
  {
    status: fc.constantFrom(...STATUSES),
    created_after: time,
    created_before: time,
    "metadata.shop": fc.constantFrom("0", "1", "2"),
    "metadata.ä": fc.constant(""),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const oddTime = fc.oneof(
  fc.constantFrom(
    "9999-12-31T23:59:59.999Z",
    "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30T00:00:00Z",
  ),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("", "0", "-1", "101", "1e3", "null", "[]"));
const anyValue = fc.oneof(anyText, oddTime, fc.array(anyText, { maxLength: 3 }));
const anyName = fc.oneof(
  fc.constantFrom(
    "status",
    "limit",
    "cursor",
    "created_after",
    "created_before",
    "metadata",
    "metadata.",
    "metadata.a",
  ),
  fc.constantFrom("__proto__", "constructor", "metadata.__proto__", "metadata.constructor", "a/b", "a~b"),
  fc.string({ unit: "binary" }),
);

describe("GET /jobs", () => {
  it("GET /jobs answers any query with a page or a refusal, and changes nothing", () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(anyName, anyValue, { maxKeys: 5, noNullPrototype: true }), async (query) => {
        const { service, before } = await holding();
        const answer = await service.list(gatewayEvent({ method: "GET", query, apiKeyId: "owner-1" }));
        if (answer.statusCode !== 200) expect(expectRefusal(answer).code).toBe("invalid_request");
        expect([JSON.stringify([...service.rows()]), service.state.prepared]).toEqual([before, 0]);
      }),
      cases(400),
    ));

  it("GET /jobs lists exactly the caller's matching jobs, each once, newest first, in pages of any size", () =>
    fc.assert(
      fc.asyncProperty(filters, fc.integer({ min: 1, max: 100 }), async (asked, limit) => {
        const { service } = await holding();
        const listed: string[] = [];
        for (let cursor: string | undefined = ""; cursor !== undefined; ) {
          const query: Record<string, string> = { ...asked, limit: String(limit), ...(cursor !== "" && { cursor }) };
          const answer = await service.list(gatewayEvent({ method: "GET", query, apiKeyId: "owner-1" }));
          expect(answer.statusCode, answer.body).toBe(200);
          const { data, next_cursor }: { data: PublicJob[]; next_cursor?: string } = JSON.parse(answer.body);
          expect(data.length).toBeLessThanOrEqual(limit);
          listed.push(...data.map(({ id }) => id));
          cursor = next_cursor;
        }
        expect(listed).toEqual(
          JOBS.filter((job) => isAsked(job, asked))
            .map(({ id }) => id)
            .reverse(),
        );
      }),
      cases(150),
    ));

  it("GET /jobs rejects a cursor that it did not issue", () =>
    fc.assert(
      fc.asyncProperty(anyText, anyText, async (place, signature) => {
        const { service } = await holding();
        const query = { cursor: `${Buffer.from(place).toString("base64url")}.${signature}` };
        expectRefusal(await service.list(gatewayEvent({ method: "GET", query, apiKeyId: "owner-1" })));
      }),
      cases(100),
    ));
});

function isAsked(job: Job, asked: typeof filters extends fc.Arbitrary<infer T> ? T : never): boolean {
  const madeMs = Date.parse(job.created_at);
  return (
    job.owner === "owner-1" &&
    (asked.status === undefined || job.status === asked.status) &&
    (asked.created_after === undefined || madeMs > Date.parse(asked.created_after)) &&
    (asked.created_before === undefined || madeMs < Date.parse(asked.created_before)) &&
    ["shop", "ä"].every((key) => {
      const value = asked[`metadata.${key}` as keyof typeof asked];
      return value === undefined || job.metadata?.[key as "shop"] === value;
    })
  );
}
