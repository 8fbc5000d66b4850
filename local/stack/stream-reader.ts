import {
  type _Record,
  DescribeStreamCommand,
  type DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type Shard,
} from "@aws-sdk/client-dynamodb-streams";

/** Reads the records since the last read, in the order of each shard. */
export type StreamReader = () => Promise<_Record[]>;

/**
 * Opens a table's stream at its latest record and follows it from shard to shard.
 * @throws the SDK's errors, as every read does. A reader that has failed may have lost records.
 */
export async function openStream(client: DynamoDBStreamsClient, StreamArn: string): Promise<StreamReader> {
  // A shard that was read to its end stays in this map without an iterator, so that it is not opened again.
  const iterators = new Map<string, string | undefined>();
  const openShards = async (ShardIteratorType: "LATEST" | "TRIM_HORIZON") => {
    for (const { ShardId = "" } of await listShards(client, StreamArn)) {
      if (iterators.has(ShardId)) continue;
      const opened = await client.send(new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType }));
      iterators.set(ShardId, opened.ShardIterator);
    }
  };
  await openShards("LATEST");
  return async () => {
    const records: _Record[] = [];
    const open = [...iterators].filter(([, iterator]) => iterator !== undefined);
    for (const [shardId, ShardIterator] of open) {
      const page = await client.send(new GetRecordsCommand({ ShardIterator }));
      iterators.set(shardId, page.NextShardIterator);
      records.push(...(page.Records ?? []));
    }
    const someEnded = open.some(([shardId]) => iterators.get(shardId) === undefined);
    if (someEnded || open.length === 0) await openShards("TRIM_HORIZON");
    return records;
  };
}

async function listShards(client: DynamoDBStreamsClient, StreamArn: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let ExclusiveStartShardId: string | undefined;
  do {
    const page = await client.send(new DescribeStreamCommand({ StreamArn, ExclusiveStartShardId }));
    shards.push(...(page.StreamDescription?.Shards ?? []));
    ExclusiveStartShardId = page.StreamDescription?.LastEvaluatedShardId;
  } while (ExclusiveStartShardId !== undefined);
  return shards;
}
