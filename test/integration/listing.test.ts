import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { PublicJob } from "../../lambdas/contract/public-job.ts";
import { handleWith } from "../../lambdas/http/api.ts";
import type { Job } from "../../lambdas/job/job.ts";
import { listJobs } from "../../lambdas/routes/list-jobs.ts";
import type { JobTable } from "../../lambdas/table/job-table.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { createTables } from "../../local/stack/tables.ts";
import { describeOnEngines } from "../support/engines.ts";
import { gatewayEvent } from "../support/events.ts";
import { BIRTH_MS, birth } from "../support/jobs.ts";
import { openPatientTable } from "../support/patient-table.ts";
import { storesOfTheStack } from "../support/stores.ts";

interface Page {
  readonly data: readonly PublicJob[];
  readonly next_cursor?: string;
}

describeOnEngines("lists on %s", (kind) => {
  let engine: Awaited<ReturnType<typeof startEngine>>;
  let table: JobTable;
  let list: ReturnType<typeof handleWith>;
  beforeAll(async () => {
    engine = await startEngine({ kind });
    const { tables } = await storesOfTheStack();
    await createTables(engine.url, tables);
    vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", engine.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    table = openPatientTable(tables[0]?.create.TableName ?? "", () => BIRTH_MS);
    const publicUrl = "https://api.example.com";
    const master = async () => "a master secret";
    list = handleWith(listJobs({ table, master, owners: new Map(), publicUrl }), publicUrl);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await engine.close();
  });

  /** Adds an owner's jobs from one number to another; later means newer. */
  async function add(owner: string, from: number, to: number, change: (n: number) => Partial<Job> = () => ({})) {
    const numbers = Array.from({ length: to - from }, (_, n) => from + n);
    const jobs = numbers.map((n) => {
      const id = randomUUID().replaceAll("-", "");
      const created_at = new Date(BIRTH_MS + n * 1000).toISOString();
      const row = { ...birth({ id }), owner, created_at, created_at_id: `${created_at}#${id}`, write_id: randomUUID() };
      return { ...row, ...change(n) };
    });
    for (let start = 0; start < jobs.length; start += 50) {
      await Promise.all(jobs.slice(start, start + 50).map((job) => table.add(job)));
    }
    return jobs;
  }

  async function ask(apiKeyId: string, query: Record<string, string>): Promise<{ status: number; body: Page }> {
    const { statusCode, body } = await list(gatewayEvent({ method: "GET", query, apiKeyId }));
    return { status: statusCode, body: JSON.parse(body) };
  }

  /** All pages; a callback may run after each. */
  async function allOf(owner: string, query: Record<string, string>, between = async () => {}) {
    const ids: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const { status, body } = await ask(owner, { ...query, ...(cursor !== "" && { cursor }) });
      expect(status, JSON.stringify(body)).toBe(200);
      ids.push(...body.data.map(({ id }) => id));
      cursor = body.next_cursor;
      await between();
    }
    return ids;
  }

  it("acceptance 3: 1,000 jobs, paged through while 200 are added, are each listed once", async () => {
    const before = await add("many", 0, 1000);
    let added = 0;
    const listed = await allOf("many", { limit: "50" }, async () => {
      if (added === 200) return;
      await add("many", 2000 + added, 2000 + added + 20);
      added += 20;
    });
    expect(added).toBe(200);
    const old = new Set(before.map(({ id }) => id));
    expect(listed.filter((id) => old.has(id))).toEqual(before.map(({ id }) => id).reverse());
    expect(new Set(listed).size).toBe(listed.length);
  });

  it("a full page of the largest size is read in one query", async () => {
    await add("hundred", 0, 101);
    const { body } = await ask("hundred", { limit: "100" });
    expect([body.data.length, body.next_cursor]).toEqual([100, expect.any(String)]);
  });

  const timeOf = (n: number) => new Date(BIRTH_MS + n * 1000).toISOString();
  const FAR = "9999-12-31T23:59:59.999Z";
  const EARLY = "0000-01-01T00:00:00+01:00";
  it.each<[Record<string, string>, readonly number[]]>([
    [{}, [5, 4, 3, 2, 1, 0]],
    [{ created_after: timeOf(3) }, [5, 4]],
    [{ created_before: timeOf(1) }, [0]],
    [{ created_after: timeOf(1), created_before: timeOf(4) }, [3, 2]],
    [{ created_after: timeOf(1), created_before: timeOf(2) }, []],
    [{ created_after: timeOf(2), created_before: timeOf(2) }, []],
    [{ created_after: timeOf(4), created_before: timeOf(1) }, []],
    [{ created_after: FAR }, []],
    [{ created_before: FAR }, [5, 4, 3, 2, 1, 0]],
    [{ created_before: "9999-12-31T23:59:59-01:00" }, [5, 4, 3, 2, 1, 0]],
    [{ created_after: EARLY }, [5, 4, 3, 2, 1, 0]],
    [{ created_before: EARLY }, []],
    [{ "metadata.even": "true" }, [4, 2, 0]],
    [{ "metadata.even": "true", created_after: timeOf(1) }, [4, 2]],
    [{ status: "queued" }, []],
  ])("%j finds the jobs %j", async (query, expected) => {
    const owner = `asked-${JSON.stringify(query)}`;
    const jobs = await add(owner, 0, 6, (n) => ({ metadata: { even: String(n % 2 === 0) } }));
    expect(await allOf(owner, { ...query, limit: "2" })).toEqual(expected.map((n) => jobs[n]?.id));
  });

  it("skips deleted and expired jobs, and continues behind them", async () => {
    const settled = { status: "failed", expires_at: BIRTH_MS / 1000 + 60 } as const;
    const jobs = await add("gone", 0, 5, (n) => (n === 3 ? { ...settled, expires_at: BIRTH_MS / 1000 } : settled));
    const [, , deleted] = jobs;
    if (!deleted) throw new Error("no job");
    await table.putTombstone(deleted, { id: deleted.id, deleted_at: timeOf(9), expires_at: settled.expires_at });
    expect(await allOf("gone", { limit: "1" })).toEqual([4, 1, 0].map((n) => jobs[n]?.id));
  });

  it("a cursor whose job is gone still continues where its page ended", async () => {
    const settled = { status: "failed", expires_at: BIRTH_MS / 1000 + 60 } as const;
    const jobs = await add("moved", 0, 4, () => settled);
    const { body } = await ask("moved", { limit: "2" });
    const last = jobs[2];
    if (!last || body.next_cursor === undefined) throw new Error("no page");
    await table.putTombstone(last, { id: last.id, deleted_at: timeOf(9), expires_at: settled.expires_at });
    expect((await ask("moved", { cursor: body.next_cursor })).body.data.map(({ id }) => id)).toEqual([
      jobs[1]?.id,
      jobs[0]?.id,
    ]);
  });
});
