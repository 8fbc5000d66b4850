import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../lambdas/job/job.ts";
import { openJobTable } from "../../../lambdas/table/job-table.ts";
import { BIRTH_MS, birth } from "../../support/jobs.ts";

/** A table that refuses every write, and shows this row with the refusal, or only to a read. */
function refusing(row: Job, { showsIt = true } = {}) {
  const reads: unknown[] = [];
  const send = async (command: unknown) => {
    if (command instanceof GetCommand) {
      reads.push(command.input.ConsistentRead);
      return { Item: row };
    }
    const Item = showsIt ? marshall(row, { removeUndefinedValues: true }) : undefined;
    throw new ConditionalCheckFailedException({ message: "refused", $metadata: {}, ...(Item && { Item }) });
  };
  return { reads, table: openJobTable("jobs", () => BIRTH_MS, { send } as never) };
}

const row: Job = { ...birth(), version: 7, write_id: "another's" };
const late: Job = { ...row, version: 4, write_id: "ours" };

describe("a refused write", () => {
  it("a refused write needs no read when the refusal shows the row (P2)", async () => {
    const { reads, table } = refusing(row);
    const refused = { outcome: "refused", current: JSON.parse(JSON.stringify(row)), isDeleted: false };
    expect(await table.replace(late)).toEqual(refused);
    expect(await table.add(late)).toEqual(refused);
    expect(reads).toEqual([]);
  });

  it("a refused write reads the row, strongly consistent, when the refusal does not show it (P2)", async () => {
    const { reads, table } = refusing(row, { showsIt: false });
    expect(await table.replace(late)).toMatchObject({ outcome: "refused", current: { version: 7 } });
    expect(reads).toEqual([true]);
  });

  it("a refused write took effect when the shown row has its write id (P2)", async () => {
    const { table } = refusing({ ...row, write_id: "ours" });
    expect(await table.replace(late)).toEqual({ outcome: "written" });
  });

  it("a shown row that has expired counts as gone (P9)", async () => {
    const { table } = refusing({ ...row, expires_at: BIRTH_MS / 1000 });
    expect(await table.replace(late)).toEqual({ outcome: "refused", current: undefined, isDeleted: false });
  });
});
