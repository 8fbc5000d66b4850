import { beforeEach, expect, it, vi } from "vitest";
import type { Filter } from "../../../console/route.ts";
import type { Job } from "../../../console/types.ts";

vi.stubGlobal("document", { querySelector: () => null, hidden: false });
vi.stubGlobal("navigator", { onLine: true });
const list = await import("../../../console/job-list.ts");

const anything: Filter = { statuses: [], endpoint: "", code: "", from: "", to: "", metadata: [], view: "table" };
/** Newest first. */
let jobs: Job[];
let asked: string[];

beforeEach(() => {
  jobs = [];
  asked = [];
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    const { pathname, searchParams } = new URL(address, "http://api");
    const id = pathname.split("/")[2];
    if (id !== undefined) return Response.json(jobs.find((job) => job.id === id));
    const start = jobs.findIndex((job) => job.id === searchParams.get("cursor")) + 1;
    const data = jobs.slice(start, start + Number(searchParams.get("limit")));
    return Response.json({ data, ...(start + data.length < jobs.length && { next_cursor: data.at(-1)?.id }) });
  });
});

it("the list waits for the page that is being read when all are asked for", async () => {
  add(250);
  const opened = list.openList(anything);
  expect(await list.readAll()).toBe(true);
  await opened;
  expect(list.rows.value.length).toBe(250);
  expect(asked.length).toBe(3);
});

it("the list says that not all were read if another one was opened meanwhile", async () => {
  add(250);
  await list.openList(anything);
  const all = list.readAll();
  await list.openList({ ...anything, endpoint: "other/model" });
  expect(await all).toBe(false);
});

it("the list pauses where none of many jobs matches, and goes on when asked", async () => {
  add(1, { endpoint: "other/model" });
  add(1_500);
  await list.openList({ ...anything, endpoint: "other/model" });
  expect([list.hasPaused.value, list.hasMore.value, list.rows.value.length]).toEqual([true, true, 0]);
  await list.readMore();
  expect([list.hasPaused.value, list.hasMore.value, list.rows.value.length]).toEqual([false, false, 1]);
});

it("the list has no gap when more jobs have come than a page has", async () => {
  add(150);
  await list.openList(anything);
  add(250);
  await list.refreshList();
  expect(await list.readAll()).toBe(true);
  expect(list.rows.value.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id));
});

it("the list that was empty has all jobs that have come", async () => {
  await list.openList(anything);
  add(150);
  await list.refreshList();
  await list.readAll();
  expect(list.rows.value.length).toBe(150);
});

it("the list learns what has become of an open job beyond the newest page", async () => {
  add(1, { status: "running" });
  add(150);
  await list.openList(anything);
  await list.readAll();
  expect(list.rows.value.at(-1)?.status).toBe("running");
  jobs = jobs.map((job) => ({ ...job, status: "succeeded" }));
  await list.refreshList();
  expect(list.rows.value.map(({ status }) => status)).toEqual(jobs.map(() => "succeeded"));
  await list.refreshList();
  expect(asked.filter((address) => address.endsWith(jobs.at(-1)?.id ?? "")).length).toBe(1);
});

/** Adds jobs that are newer than all there are. */
function add(count: number, rest: Partial<Job> = {}): void {
  for (let place = 0; place < count; place++) {
    const created_at = new Date(Date.parse("2026-11-22T12:00:00Z") + jobs.length * 1_000).toISOString();
    jobs.unshift({
      id: jobs.length.toString(16).padStart(32, "0"),
      status: "succeeded",
      endpoint: "decart/lucy-14b/image-to-video",
      input: { prompt: "a prompt" },
      created_at,
      ...rest,
    } as Job);
  }
}
