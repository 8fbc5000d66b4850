import { DynamoDBClient, PutItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { localCredentials, localRegion } from "./locality.ts";
import type { TableSpec } from "./tables.ts";

/**
 * Writes every item again, unchanged, so that dynalite writes its index entries again. dynalite writes the index
 * entries first and the item in a separate write. A SIGKILL between the two could leave an open job missing from the
 * index that finds it.
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
