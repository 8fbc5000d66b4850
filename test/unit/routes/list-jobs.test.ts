import { describe, expect, it } from "vitest";
import type { PublicJob } from "../../../lambdas/contract/public-job.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { seededRandom } from "../../simulation/random.ts";
import { gatewayEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { createMemoryService, type MemoryService } from "../../support/memory-service.ts";

const secondMs = 1000;
const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };
const failed: JobEvent = { at: BIRTH_MS, by: "webhook", type: "failed", error: jobError };

/** The id of the nth job; later means newer. */
const idOf = (n: number) => n.toString(16).padStart(32, "0");

/** The nth job, created this many seconds after `BIRTH_MS`. */
function nth(n: number, change: Partial<Job> = {}): Job {
  const created_at = new Date(BIRTH_MS + n * secondMs).toISOString();
  return { ...birth({ id: idOf(n) }), created_at, created_at_id: `${created_at}#${idOf(n)}`, ...change };
}

/** A service with these jobs. */
async function holding(...jobs: readonly Job[]) {
  const service = createMemoryService({ deletePayloadsAtFal: async () => "deleted" });
  for (const job of jobs) await service.add(job);
  return service;
}

type Query = Record<string, string | string[]>;
interface Page {
  readonly data: readonly PublicJob[];
  readonly next_cursor?: string;
}

async function ask(service: MemoryService, query: Query = {}, apiKeyId = "owner-1") {
  const { statusCode, body } = await service.list(gatewayEvent({ method: "GET", query, apiKeyId }));
  return { statusCode, body: JSON.parse(body) };
}

async function pageOf(service: MemoryService, query: Query = {}, apiKeyId = "owner-1"): Promise<Page> {
  const { statusCode, body } = await ask(service, query, apiKeyId);
  expect(statusCode, JSON.stringify(body)).toBe(200);
  return body;
}

/** Every page of a list, in order. */
async function* pages(service: MemoryService, query: Query = {}) {
  for (let cursor: string | undefined = ""; cursor !== undefined; ) {
    const page: Page = await pageOf(service, { ...query, ...(cursor !== "" && { cursor }) });
    yield page;
    cursor = page.next_cursor;
  }
}

async function allOf(service: MemoryService, query: Query = {}): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { data } of pages(service, query)) ids.push(...data.map(({ id }) => id));
  return ids;
}

const five = [0, 1, 2, 3, 4].map((n) => nth(n));
const newestFirst = [4, 3, 2, 1, 0].map(idOf);

describe("GET /jobs", () => {
  it("GET /jobs lists only the caller's jobs as the API shows them, newest first", async () => {
    const service = await holding(...five, nth(9, { owner: "owner-2" }));
    const { data, next_cursor } = await pageOf(service);
    expect([data.map(({ id }) => id), next_cursor]).toEqual([newestFirst, undefined]);
    expect(data[0]).toMatchObject({ status: "submitting", links: { self: expect.stringContaining(idOf(4)) } });
    for (const hidden of ["owner", "token_hash", "fingerprint"]) expect(data[0]).not.toHaveProperty(hidden);
    expect((await pageOf(service, {}, "owner-2")).data.map(({ id }) => id)).toEqual([idOf(9)]);
    expect((await pageOf(service, {}, "owner-3")).data).toEqual([]);
  });

  it.each([1, 2, 3, 4, 5, 6, 100])("GET /jobs in pages of %i lists each job once", async (limit) => {
    const service = await holding(...five);
    const sizes: number[] = [];
    for await (const { data } of pages(service, { limit: String(limit) })) sizes.push(data.length);
    expect(await allOf(service, { limit: String(limit) })).toEqual(newestFirst);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
    expect(sizes.length).toBe(Math.ceil(5 / limit));
  });

  it("GET /jobs returns twenty jobs by default", async () => {
    const service = await holding(...Array.from({ length: 25 }, (_, n) => nth(n)));
    expect((await pageOf(service)).data).toHaveLength(20);
  });

  it("GET /jobs distinguishes jobs of the same millisecond", async () => {
    const { created_at } = nth(0);
    const same = [1, 2, 3].map((n) => nth(n, { created_at, created_at_id: `${created_at}#${idOf(n)}` }));
    expect(await allOf(await holding(...same), { limit: "1" })).toEqual([3, 2, 1].map(idOf));
  });

  it("GET /jobs omits deleted and expired jobs, and pages continue behind them", async () => {
    const gone = { ...become(nth(2), accepted, failed) };
    const old = { ...become(nth(3), accepted, failed), expires_at: BIRTH_MS / 1000 };
    const service = await holding(nth(0), nth(1), gone, old, nth(4));
    const event = gatewayEvent({ method: "DELETE", pathParameters: { id: gone.id }, headers: {}, apiKeyId: "owner-1" });
    expect((await service.delete(event)).statusCode).toBe(204);
    for (const limit of ["1", "2", "3", "20"]) expect(await allOf(service, { limit })).toEqual([4, 1, 0].map(idOf));
  });

  it("acceptance 3: 1,000 jobs, paged through while 200 are added, are each listed once", async () => {
    const random = seededRandom(5);
    const before = Array.from({ length: 1000 }, (_, n) => nth(n));
    const service = await holding(...before);
    const listed: string[] = [];
    let added = 0;
    for await (const { data } of pages(service, { limit: "37" })) {
      listed.push(...data.map(({ id }) => id));
      for (let adds = random.between(0, 15); adds >= 1 && added < 200; adds--) await service.add(nth(2000 + added++));
    }
    expect(added).toBe(200);
    const old = listed.filter((id) => id < idOf(2000));
    expect([old.length, new Set(old).size]).toEqual([1000, 1000]);
    expect(new Set(listed).size).toBe(listed.length);
  });
});

describe("a filter of GET /jobs", () => {
  const jobs = Array.from({ length: 12 }, (_, n) =>
    n % 3 === 0 ? become(nth(n, { metadata: { order: String(n % 2), shop: "a" } }), accepted, failed) : nth(n),
  );
  const numbersOf = (ids: readonly string[]) => ids.map((id) => Number.parseInt(id, 16));
  const timeOf = (n: number) => new Date(BIRTH_MS + n * secondMs).toISOString();

  it.each<[Query, readonly number[]]>([
    [{ status: "failed" }, [9, 6, 3, 0]],
    [{ status: "succeeded,failed" }, [9, 6, 3, 0]],
    [{ status: ["failed", "expired"] }, [9, 6, 3, 0]],
    [{ status: "succeeded" }, []],
    [{ "metadata.shop": "a" }, [9, 6, 3, 0]],
    [{ "metadata.shop": "a", "metadata.order": "1" }, [9, 3]],
    [{ "metadata.shop": "b" }, []],
    [{ status: "submitting", "metadata.shop": "a" }, []],
    [{ created_after: timeOf(8) }, [11, 10, 9]],
    [{ created_before: timeOf(3) }, [2, 1, 0]],
    [{ created_after: timeOf(2), created_before: timeOf(7), status: "failed" }, [6, 3]],
    [{ created_after: timeOf(7), created_before: timeOf(2) }, []],
    [{ created_after: timeOf(5), created_before: timeOf(5) }, []],
  ])("%j finds the jobs %j, whatever the size of a page", async (query, expected) => {
    const service = await holding(...jobs);
    for (const limit of ["1", "2", "20"]) {
      expect(numbersOf(await allOf(service, { ...query, limit }))).toEqual(expected);
    }
  });

  it("a filter of GET /jobs may make a page short, even empty, while more jobs follow (A11)", async () => {
    const service = await holding(
      nth(0, { metadata: { a: "b" } }),
      ...Array.from({ length: 300 }, (_, n) => nth(n + 1)),
    );
    const sizes: number[] = [];
    for await (const { data } of pages(service, { "metadata.a": "b" })) sizes.push(data.length);
    expect(sizes).toEqual([0, 1]);
  });

  it("P30: a filter that matches nothing reads at most 200 rows a page, and no row consistently", async () => {
    const service = await holding(...Array.from({ length: 1000 }, (_, n) => nth(n)));
    expect((await pageOf(service, { "metadata.a": "b" })).data).toEqual([]);
    expect(service.state.batchReads).toEqual(Array.from({ length: 200 }, () => false));
  });
});

describe("a cursor", () => {
  it("a cursor continues where its page ended, only for this owner and these filters", async () => {
    const service = await holding(...five, ...[5, 6].map((n) => nth(n, { owner: "owner-2" })));
    const { next_cursor: cursor = "" } = await pageOf(service, { limit: "2", status: "submitting" });
    expect((await pageOf(service, { limit: "2", status: "submitting", cursor })).data.map(({ id }) => id)).toEqual(
      [2, 1].map(idOf),
    );
    const others: readonly (readonly [Query, string])[] = [
      [{ limit: "2", status: "submitting", cursor }, "owner-2"],
      [{ limit: "2", cursor }, "owner-1"],
      [{ limit: "2", status: "queued", cursor }, "owner-1"],
      [{ limit: "2", status: "submitting", "metadata.a": "b", cursor }, "owner-1"],
      [{ limit: "2", status: "submitting", created_after: "2026-01-01T00:00:00Z", cursor }, "owner-1"],
    ];
    for (const [query, owner] of others) {
      const { statusCode, body } = await ask(service, query, owner);
      expect([statusCode, body.code, body.errors[0].pointer]).toEqual([422, "invalid_request", "/cursor"]);
    }
  });

  it("a cursor may be used with another page size", async () => {
    const service = await holding(...five);
    const { next_cursor: cursor = "" } = await pageOf(service, { limit: "1" });
    expect((await pageOf(service, { limit: "100", cursor })).data).toHaveLength(4);
  });

  it("a cursor continues even if its job was deleted meanwhile", async () => {
    const service = await holding(...five.map((job) => become(job, accepted, failed)));
    const { next_cursor: cursor = "", data } = await pageOf(service, { limit: "2" });
    const id = data.at(-1)?.id ?? "";
    await service.delete(gatewayEvent({ method: "DELETE", pathParameters: { id }, headers: {}, apiKeyId: "owner-1" }));
    expect((await pageOf(service, { cursor })).data.map(({ id }) => id)).toEqual([2, 1, 0].map(idOf));
  });

  it.each<[string, (cursor: string) => string]>([
    ["empty", () => ""],
    ["made up", () => "abc.def"],
    ["cut short", (cursor) => cursor.slice(0, -1)],
    ["lengthened", (cursor) => `${cursor}A`],
    ["without its signature", (cursor) => cursor.split(".")[0] ?? ""],
    ["given a third part", (cursor) => `${cursor}.x`],
    ["of another place", (cursor) => `${moved(cursor)}.${cursor.split(".")[1]}`],
    ["changed in its first letter", (cursor) => `${cursor.startsWith("M") ? "N" : "M"}${cursor.slice(1)}`],
  ])("a cursor that is %s is rejected", async (_, spoil) => {
    const service = await holding(...five);
    const { next_cursor = "" } = await pageOf(service, { limit: "2" });
    expect((await ask(service, { limit: "2", cursor: spoil(next_cursor) })).statusCode).toBe(422);
  });

  it("a cursor reveals no other owner's job, and no secret", async () => {
    const service = await holding(...five);
    const { next_cursor = "" } = await pageOf(service, { limit: "2" });
    const [place = ""] = next_cursor.split(".");
    expect(Buffer.from(place, "base64url").toString()).toBe(nth(3).created_at_id);
  });
});

function moved(cursor: string): string {
  const [place = ""] = cursor.split(".");
  const sortKey = Buffer.from(place, "base64url").toString();
  return Buffer.from(sortKey.replace("2026", "2025")).toString("base64url");
}
