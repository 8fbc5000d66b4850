import { describe, expect, it } from "vitest";
import { shardsOf } from "../../../lambdas/job/due.ts";
import { measureOldestDue, measureOpenJobs } from "../../../lambdas/sweep/measure-backlog.ts";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { collectLogs } from "../../support/logs.ts";
import { openMemoryTable } from "../../support/memory-table.ts";

const now = () => BIRTH_MS + 20 * 60_000;
const idOf = (last: string) => `0193500000007000800000000000${last}`;

function openTable() {
  return openJobTable("jobs", now, openMemoryTable(now).client);
}

describe("the backlog", () => {
  it("the backlog is every open job, in every shard, and the time since the first of all jobs was due", async () => {
    const { entries } = collectLogs();
    const table = openTable();
    for (let shard = 0; shard < shardsOf("open").length; shard++)
      await table.add(birth({ id: idOf(shard.toString(16).padStart(4, "0")) }));
    const failed = become(birth({ id: idOf("00aa") }), { type: "failed", at: BIRTH_MS, by: "sweep", error: jobError });
    await table.add({ ...failed, due_at: BIRTH_MS });
    await measureOldestDue({ table, now });
    await measureOpenJobs({ table });
    expect(entries).toMatchObject([{ OldestDue: 20 * 60 }, { OpenJobs: shardsOf("open").length }]);
  });

  it("P33: nothing counts as due while fal refuses the account or the operator has paused the service", async () => {
    const { entries } = collectLogs();
    const table = openTable();
    await table.add(birth());
    await table.putFalHealth({ is_down: true, at: now(), error: jobError });
    await measureOldestDue({ table, now });
    expect(entries).toMatchObject([{ OldestDue: 0 }]);
  });

  it("a backlog that cannot be read is logged, and stops no sweep", async () => {
    const { lines, entries } = collectLogs();
    const throttled = () => Promise.reject(new Error("throttled"));
    const table = { ...openTable(), firstDueAt: throttled, countDue: throttled };
    await measureOldestDue({ table, now });
    await measureOpenJobs({ table });
    expect([entries, lines.map(({ message }) => message)]).toEqual([
      [],
      ["for how long jobs are due could not be measured", "the open jobs could not be counted"],
    ]);
  });
});
