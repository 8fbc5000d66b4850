import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { BucketSpec } from "./bucket-spec.ts";
import type { Caller } from "./locality.ts";

/**
 * Creates the buckets that an S3 server of the user's does not have yet; their rules are the user's own.
 * @throws Error in one line that names AWS_ENDPOINT_URL_S3 when a bucket can be neither found nor made.
 */
export async function createBuckets(
  endpointUrl: string,
  buckets: readonly BucketSpec[],
  caller: Caller,
): Promise<void> {
  const client = new S3Client({ endpoint: endpointUrl, forcePathStyle: true, ...caller });
  try {
    for (const { name } of buckets) await createBucket(client, name);
  } catch (error) {
    throw new Error(`AWS_ENDPOINT_URL_S3: ${error instanceof Error ? `${error.name}: ${error.message}` : error}`);
  } finally {
    client.destroy();
  }
}

async function createBucket(client: S3Client, Bucket: string): Promise<void> {
  const isThere = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  // Whatever was wrong, this answer has a body that says it; the one to HEAD has none.
  if (!isThere) await client.send(new CreateBucketCommand({ Bucket }));
}
