import { DynamoDBClient, PutItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { localCredentials, localRegion } from "./locality.ts";
import type { TableSpec } from "./tables.ts";

/**
 * Writes every item once more, as it is, which makes dynalite write its index entries again. It keeps an item and its
 * index entries in separate writes, the index first: a SIGKILL between them could leave an open job out of the index
 * that finds it.
 */
export async function reindex(endpointUrl: string, tables: readonly TableSpec[]): Promise<void> {
  const client = new DynamoDBClient({ endpoint: endpointUrl, region: localRegion, credentials: localCredentials });
  try {
    for (const { create } of tables) {
      for await (const page of paginateScan({ client }, { TableName: create.TableName })) {
        for (const Item of page.Items ?? []) {
          await client.send(new PutItemCommand({ TableName: create.TableName, Item }));
        }
      }
    }
  } finally {
    client.destroy();
  }
}
