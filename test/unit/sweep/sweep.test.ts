import { expect, it } from "vitest";
import { sweep } from "../../../lambdas/sweep/sweep.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { birth, policy } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

it("P10: a sweep that cannot list one shard still ends only when all others are done, and reports the failure", async () => {
  const read: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  async function* due(shard: string) {
    if (shard === "open-0") throw new Error("this shard cannot be listed");
    if (shard === "open-1") yield ["a-job"];
  }
  const unused = () => Promise.reject(new Error("unexpected call"));
  const table = {
    ...unusedTable(),
    due,
    readMany: async () => new Map([["a-job", birth()]]),
    read: async (id: string) => {
      await released;
      read.push(id);
      return undefined;
    },
  };
  const newWriteId = () => "write";
  const swept = sweep({
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
  const ended = swept.then(
    () => "well",
    (error: Error) => `${error.name}, after reading ${read.join()}`,
  );
  release();
  expect(await ended).toBe("AggregateError, after reading a-job");
});
