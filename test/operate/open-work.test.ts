import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it } from "vitest";
import type { DynamoClient } from "../../lambdas/aws/dynamo.ts";
import type { Installation } from "../../operate/connect.ts";
import { stuck } from "../../operate/open-work.ts";
import { BIRTH_MS, birth } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";

const hourMs = 3_600_000;

/** The client of a table that leaves out all but one item of a batch, as DynamoDB does while it throttles. */
function throttled(client: DynamoClient): DynamoClient {
  const send = async (command: unknown) => {
    if (!(command instanceof BatchGetCommand)) return client.send(command as Parameters<DynamoClient["send"]>[0]);
    const [[table, { Keys = [], ...rest }] = ["", { Keys: [] }]] = Object.entries(command.input.RequestItems ?? {});
    const RequestItems = { [table]: { ...rest, Keys: Keys.slice(0, 1) } };
    const page = await client.send(new BatchGetCommand({ RequestItems }));
    return { ...page, UnprocessedKeys: Keys.length > 1 ? { [table]: { ...rest, Keys: Keys.slice(1) } } : {} };
  };
  return { send } as DynamoClient;
}

it("stuck lists every job that is due for long, although DynamoDB leaves out items of a batch", async () => {
  const service = createMemoryService();
  const ids = ["aaaa", "bbbb", "cccc"].map((last) => `0193500000007000800000000000${last}`);
  for (const id of ids) await service.add(birth({ attempt: false, id }));
  const installation: Installation = {
    name: "test",
    isLocal: true,
    tableName: "jobs",
    client: throttled(service.client),
    aws: () => ({}),
    resourceOf: (id) => id,
  };
  const found = await stuck(installation, BIRTH_MS + hourMs, hourMs / 12, 100);
  expect(found.map(({ id }) => id).sort()).toEqual(ids);
});
