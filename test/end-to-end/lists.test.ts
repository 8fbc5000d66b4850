import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { addFaults, call, hostedImage, type Job, readLedger } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const jobs = effort.listedJobs;
const pages = 10;
const batchSize = jobs / 20;
const addedPerPage = 20;
const dayMs = 86_400_000;

type Page = { readonly data: readonly Job[]; readonly next_cursor?: string };
type Result = { readonly status: number; readonly job?: Job; readonly problem?: { readonly code: string } };

let stack: EmulatorStack;
/** Ids of the jobs, in order of creation; the order within a batch is not defined. */
const made: string[] = [];

beforeAll(async () => {
  stack = await startWithEmulator({ SWEEP_SECONDS: String(dayMs / 1_000), API_KEYS: "local-key,other-key" });
  // They stay in fal's queue, so nothing is rendered.
  await addFaults(stack.falUrl, { queue_ms: dayMs, times: "all" });
  for (let batch = 0; batch < jobs / batchSize; batch++) {
    const results = await orderBatch(batchOf(batchSize, { batch: String(batch) }));
    expect(results.map(({ status }) => status)).toEqual(Array(batchSize).fill(202));
    made.push(...results.flatMap(({ job }) => job?.id ?? []));
  }
});

afterAll(() => stack?.close());

describe(`a list of ${jobs} jobs`, () => {
  it(`a list of ${jobs} jobs contains each of them once, newest first, while more are added`, async () => {
    const listed: Job[] = [];
    let added = 0;
    for (let cursor = ""; ; ) {
      const page = await list(`?limit=${jobs / pages}${cursor}`);
      listed.push(...page.data);
      added += (await orderBatch(batchOf(addedPerPage, { batch: "late" }))).length;
      if (page.next_cursor === undefined) break;
      cursor = `&cursor=${page.next_cursor}`;
    }
    expect(added).toBeGreaterThanOrEqual(pages * addedPerPage);
    expect(idsOf(listed)).toEqual(made.toSorted());
    const times = listed.map(({ created_at }) => created_at);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it(`a list of ${jobs} jobs can be filtered by status, time and metadata`, async () => {
    const batch = await collect("metadata.batch=3&status=queued");
    expect(idsOf(batch)).toEqual(made.slice(3 * batchSize, 4 * batchSize).toSorted());
    expect(idsOf(await collect("metadata[batch]=3&status=queued"))).toEqual(idsOf(batch));
    expect(idsOf(await collect("metadata%5Bbatch%5D=3"))).toEqual(idsOf(batch));
    expect(await collect("metadata.batch=3&status=failed")).toEqual([]);
    const times = batch.map(({ created_at }) => created_at).toSorted();
    const [first = "", last = ""] = [times[0], times.at(-1)];
    expect(await collect(`created_before=${first}&metadata.batch=3`)).toEqual([]);
    expect(await collect(`created_after=${last}&metadata.batch=3`)).toEqual([]);
    const between = await collect(`created_after=${shifted(first, -1)}&created_before=${shifted(last, 1)}`);
    expect(idsOf(between)).toEqual(idsOf(batch));
  });

  it(`a list of ${jobs} jobs is not available to other owners, nor are its cursors`, async () => {
    const { next_cursor } = await list("?limit=1");
    const headers = { "x-api-key": "other-key" };
    expect((await call(stack.url, "/jobs", { headers })).body).toEqual({ data: [] });
    for (const [query, init] of [
      [`?cursor=${next_cursor}`, { headers }],
      [`?cursor=${next_cursor}&status=queued`, {}],
      [`?cursor=x${next_cursor}`, {}],
    ] as const) {
      const { status, body } = await call(stack.url, `/jobs${query}`, init);
      expect([status, body.errors]).toMatchObject([422, [{ pointer: "/cursor" }]]);
    }
  });
});

describe("a batch", () => {
  it("a batch returns an outcome for each entry, and creates nothing again when repeated", async () => {
    const [good, other] = batchOf(2, {});
    const entries = [good, { input: { prompt: "" } }, other, "nothing"];
    const headers = { "idempotency-key": "batch" };
    const first = await orderBatch(entries, headers);
    expect(first.map(({ status, problem }) => problem?.code ?? status)).toEqual([
      202,
      "invalid_request",
      202,
      "invalid_request",
    ]);
    const { posts } = await readLedger(stack.falUrl);
    const again = await orderBatch(entries, headers);
    expect(again.map(({ status, problem }) => problem?.code ?? status)).toEqual([
      200,
      "invalid_request",
      200,
      "invalid_request",
    ]);
    expect(again.map(({ job }) => job?.id)).toEqual(first.map(({ job }) => job?.id));
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(posts.length);
  });

  it("a batch of more than 50 jobs is rejected as a whole", async () => {
    const answer = await call(stack.url, "/jobs/batch", {
      method: "POST",
      body: JSON.stringify({ jobs: batchOf(51, {}) }),
    });
    expect([answer.status, answer.body.code]).toEqual([422, "invalid_request"]);
  });
});

function batchOf(count: number, metadata: Record<string, string>): unknown[] {
  return Array.from({ length: count }, () => ({ input: { prompt: "waves", image_url: hostedImage }, metadata }));
}

async function orderBatch(entries: readonly unknown[], headers: Record<string, string> = {}): Promise<Result[]> {
  const body = JSON.stringify({ jobs: entries });
  const answer = await call(stack.url, "/jobs/batch", { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return answer.body.results as Result[];
}

async function list(query: string): Promise<Page> {
  const { status, body } = await call<Page>(stack.url, `/jobs${query}`);
  expect(status).toBe(200);
  return body;
}

/** The jobs of all pages, some of which may be short. */
async function collect(query: string): Promise<Job[]> {
  const found: Job[] = [];
  for (let cursor = ""; ; ) {
    const { data, next_cursor } = await list(`?${query}${cursor}`);
    found.push(...data);
    if (next_cursor === undefined) return found;
    cursor = `&cursor=${next_cursor}`;
  }
}

function idsOf(found: readonly Job[]): string[] {
  return found.map(({ id }) => id).toSorted();
}

function shifted(time: string, byMs: number): string {
  return new Date(Date.parse(time) + byMs).toISOString();
}
