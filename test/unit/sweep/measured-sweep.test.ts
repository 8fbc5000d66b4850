import { expect, it } from "vitest";
import { measuredSweep } from "../../../lambdas/sweep/measured-sweep.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { birth, policy } from "../../support/jobs.ts";
import { collectLogs } from "../../support/logs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

it("P8: open jobs are counted only when all due jobs have been looked at, one shard after the other", async () => {
  const { entries } = collectLogs();
  const calls: string[] = [];
  let counting = 0;
  async function* due(shard: string) {
    if (shard === "open-1") yield ["a-job"];
  }
  const unused = () => Promise.reject(new Error("unexpected call"));
  const table = {
    ...unusedTable(),
    due,
    firstDueAt: async () => 0,
    readFalHealth: async () => undefined,
    readPause: async () => undefined,
    readMany: async () => new Map([["a-job", birth()]]),
    read: async () => {
      calls.push("look");
      return undefined;
    },
    countDue: async () => {
      expect(++counting).toBe(1);
      await Promise.resolve();
      counting--;
      calls.push("count");
      return 5;
    },
  };
  const newWriteId = () => "write";
  await measuredSweep({
    table,
    jobs: openJobs({ table, policy, now: () => 0, newWriteId }),
    connectFal: async () => ({ fal: unscriptedFal, access: undefined }),
    bucket: unused,
    prices: PRICES,
    workersPerOwner: 3,
    start: { check: unused, copy: unused, deliver: unused },
    publicUrl: "https://api.example.com",
    typicalDuration: { seconds: async () => undefined },
    policy,
    now: () => 0,
    random: () => 0,
    randomBytes: (size) => new Uint8Array(size),
    newWriteId,
  });
  expect(calls).toEqual(["look", ...Array.from({ length: 8 }, () => "count")]);
  expect(entries).toMatchObject([{ OldestDue: 0 }, { OpenJobs: 40 }]);
});
