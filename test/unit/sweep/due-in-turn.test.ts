import { describe, expect, it, vi } from "vitest";
import type { Job } from "../../../lambdas/job/job.ts";
import { SWEEP_LISTED_MAX } from "../../../lambdas/limits.ts";
import { dueInTurn } from "../../../lambdas/sweep/due-in-turn.ts";
import { birth } from "../../support/jobs.ts";

type Pages = readonly (readonly string[])[];

/** A table with these pages for each shard; an id starts with its owner. */
function tableOf(shards: Readonly<Record<string, Pages>>, missing = "") {
  let pages = 0;
  return {
    async *due(shard: string) {
      for (const page of shards[shard] ?? []) {
        pages++;
        yield page;
      }
      if (shard === "broken") throw new Error("this shard cannot be listed");
    },
    readMany: async (ids: readonly string[]) => {
      if (new Set(ids).size < ids.length) throw new Error("duplicate keys");
      if (ids.includes("unreadable-1")) throw new Error("throttled");
      return new Map<string, Job>(
        ids.filter((id) => id !== missing).map((id) => [id, { ...birth({ id }), owner: id.split("-")[0] ?? "" }]),
      );
    },
    pages: () => pages,
  };
}

async function listed(shards: Readonly<Record<string, Pages>>, missing?: string): Promise<string[]> {
  const due = dueInTurn(tableOf(shards, missing), Object.keys(shards), 0);
  const ids: string[] = [];
  for (let job = await due.next(); job !== undefined; job = await due.next()) ids.push(job.id);
  expect(await due.close()).toEqual([]);
  return ids;
}

describe("the due jobs of a lane", () => {
  it("P30: owners take turns, and each owner's longest due job comes first", async () => {
    const page = ["a-1", "a-2", "a-3", "b-1", "c-1", "c-2"];
    expect(await listed({ one: [page] })).toEqual(["a-1", "b-1", "c-1", "a-2", "c-2", "a-3"]);
  });

  it("P30: an owner with very many due jobs does not delay the only one of another owner", async () => {
    const many = Array.from({ length: 40 }, (_, page) => Array.from({ length: 50 }, (_, job) => `a-${page}-${job}`));
    const due = dueInTurn(tableOf({ one: [...many, ["b-1"]] }), ["one"], 0);
    const first = await due.next();
    // The list is read ahead of the work, which has only begun.
    await new Promise(setImmediate);
    const ids = [first, await due.next(), await due.next()].map((job) => job?.id);
    expect(ids).toEqual(["a-0-0", "a-0-1", "b-1"]);
    await due.close();
  });

  it("the due jobs of a lane do not have those that are gone", async () => {
    expect(await listed({ one: [["a-1", "a-2"]], two: [["b-1"]] }, "a-1")).toEqual(["a-2", "b-1"]);
    expect(await listed({ one: [] })).toEqual([]);
  });

  it("P17: a job that waits for something comes again after it, and holds up nobody", async () => {
    const due = dueInTurn(tableOf({ one: [["a-1", "b-1"]] }), ["one"], 0);
    const first = await due.next();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    if (first) due.postpone(first, released);
    expect((await due.next())?.id).toBe("b-1");
    const again = due.next();
    release();
    expect([await again, await due.next()]).toEqual([first, undefined]);
    await due.close();
  });

  it("P8: a job that the index lists twice, with its old and its new time, comes once, and its page is read", async () => {
    expect(
      await listed({
        one: [
          ["a-1", "a-1", "b-1"],
          ["b-1", "a-2"],
        ],
      }),
    ).toEqual(["a-1", "b-1", "a-2"]);
  });

  it("promise 1: a page whose rows cannot be read is worked on, without turns", async () => {
    vi.spyOn(console, "error").mockReturnValue();
    expect(await listed({ one: [["unreadable-1", "a-1"], ["b-1"]] })).toEqual(["unreadable-1", "a-1", "b-1"]);
    vi.restoreAllMocks();
  });

  it("P28: the due jobs that are listed and not taken yet are limited, and reading goes on as they are taken", async () => {
    const pages = Array.from({ length: SWEEP_LISTED_MAX / 50 + 10 }, (_, page) =>
      Array.from({ length: 50 }, (_, job) => `a-${page}-${job}`),
    );
    const table = tableOf({ one: pages });
    const due = dueInTurn(table, ["one"], 0);
    await due.next();
    await new Promise(setImmediate);
    expect(table.pages()).toBeLessThanOrEqual(SWEEP_LISTED_MAX / 50 + 1);
    let count = 1;
    while ((await due.next()) !== undefined) count++;
    expect(count).toBe(pages.length * 50);
  });

  it("P10: closing ends the reading, even while nobody takes jobs, and tells the errors of each shard", async () => {
    const endless = Array.from({ length: SWEEP_LISTED_MAX }, (_, page) =>
      Array.from({ length: 50 }, (_, job) => `a-${page}-${job}`),
    );
    const table = tableOf({ broken: [["a-1"]], endless });
    const due = dueInTurn(table, ["broken", "endless"], 0);
    await due.next();
    await new Promise(setImmediate);
    expect(await due.close()).toEqual([new Error("this shard cannot be listed")]);
    expect(table.pages()).toBeLessThan(endless.length);
  });
});
