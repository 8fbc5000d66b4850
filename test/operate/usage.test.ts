import { Command } from "commander";
import { describe, expect, it } from "vitest";
import type { CommandSpec } from "../../operate/command.ts";
import { addUsage } from "../../operate/commands/usage.ts";
import { gatewayEvent } from "../support/events.ts";
import { BIRTH_MS, become, birth, jobResult } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";

const dayMs = 86_400_000;
const by = "sweep" as const;

/** Two settled jobs of two owners; the name of the second owner would be a formula in a spreadsheet. */
async function installed() {
  const service = createMemoryService({ deletePayloadsAtFal: async () => "deleted" });
  const ids = ["0193500000007000800000000000aaaa", "0193500000007000800000000000bbbb"] as const;
  for (const [index, id] of ids.entries()) {
    const row = birth({ id });
    const events = [
      { at: BIRTH_MS, by, type: "accepted", requestId: id },
      { at: BIRTH_MS, by, type: "succeeded", result: jobResult, billed: { billable_units: 5, actual_usd: 0.4 } },
    ] as const;
    await service.add(become(index === 0 ? row : { ...row, owner: '=1+1,"x"' }, ...events));
  }
  const remove = (id: string) =>
    service.delete(gatewayEvent({ method: "DELETE", pathParameters: { id }, headers: {}, apiKeyId: "owner-1" }));
  return { service, ids, remove };
}

/** Runs the command with these options, `days` after the jobs were created. */
async function usage({ client }: { readonly client: unknown }, options: Record<string, string | true>, days = 1) {
  let result: unknown;
  let shown = "";
  const run: Promise<void>[] = [];
  addUsage((spec) => {
    run.push(used(spec));
    return new Command();
  });
  async function used<Result>({ work, show }: CommandSpec<Result>): Promise<void> {
    const installation = { name: "test", isLocal: true, tableName: "jobs", client, aws: {}, resourceOf: {} } as never;
    const silent = { print: () => {}, complain: () => {}, dataDir: "", json: false };
    const found = await work({ ...silent, installation, now: () => BIRTH_MS + days * dayMs }, options, []);
    [result, shown] = [found, show(found)];
  }
  await Promise.all(run);
  return { result: result as { total: Record<string, unknown>; groups: Record<string, unknown>[] }, shown };
}

describe("the usage of all owners", () => {
  it("the usage of all owners has deleted jobs and what they cost, and still belongs to their owners", async () => {
    const { service, ids, remove } = await installed();
    const before = (await usage(service, {})).result;
    expect(before.total).toMatchObject({ jobs: 2, succeeded: 2, billed: { yes: 2 }, actual_usd: 0.8 });
    expect((await remove(ids[0])).statusCode).toBe(204);
    expect((await usage(service, {})).result).toEqual(before);
  });

  it("P9: the usage of all owners leaves out what has expired, as an owner's own usage does", async () => {
    const { service } = await installed();
    const { result } = await usage(service, { from: "2026-11-22" }, 40);
    expect(result.total).toMatchObject({ jobs: 0 });
  });

  it("the usage of all owners has the jobs that were created from `--from` on and before `--to`", async () => {
    const { service } = await installed();
    const created = new Date(BIRTH_MS).toISOString();
    expect((await usage(service, { from: created })).result.total).toMatchObject({ jobs: 2 });
    expect((await usage(service, { to: created })).result.total).toMatchObject({ jobs: 0 });
  });

  it("the usage of all owners as CSV has a line for each group, and no owner's name becomes a formula", async () => {
    const { service } = await installed();
    const { shown } = await usage(service, { csv: true });
    expect(shown.split("\n").map((line) => line.slice(0, 20))).toEqual([
      "owner,jobs,open,succ",
      `"'=1+1,""x""",1,0,1,`,
      "owner-1,1,0,1,0,0,0,",
    ]);
  });
});
