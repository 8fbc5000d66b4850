import { CreateBucketCommand, HeadBucketCommand, S3Client } from "@aws-sdk/client-s3";
import type { BucketSpec } from "./bucket-spec.ts";
import type { Caller } from "./locality.ts";

/**
 * Creates the buckets that are missing on the user's own S3 server. Their rules are up to the user.
 * @throws Error with a one-line message that names AWS_ENDPOINT_URL_S3 if a bucket can be neither found nor created.
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
  // The response to this request has a body that explains the error; a response to HEAD has none.
  if (!isThere) await client.send(new CreateBucketCommand({ Bucket }));
}
