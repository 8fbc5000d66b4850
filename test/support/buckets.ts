import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { BucketSpec } from "../../local/stack/bucket-spec.ts";
import { startBuckets } from "../../local/stack/buckets.ts";
import { localCaller } from "../../local/stack/locality.ts";

/** A real S3 on loopback; its files are deleted when it stops. */
export async function startTemporaryBuckets(buckets: readonly BucketSpec[]) {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-buckets-"));
  const server = await startBuckets({ buckets, folder, credentials: localCaller.credentials });
  const client = new S3Client({ endpoint: server.url, forcePathStyle: true, ...localCaller });
  return {
    url: server.url,
    /** The keys in the first bucket that start with this prefix. */
    async keys(Prefix = ""): Promise<readonly string[]> {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: buckets[0]?.name, Prefix }));
      return Contents.map(({ Key = "" }) => Key);
    },
    async close() {
      client.destroy();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}
