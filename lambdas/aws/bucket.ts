import { Readable } from "node:stream";
import { DeleteObjectCommand, DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { BUCKET_CONNECT_TIMEOUT_MS, BUCKET_REQUEST_TIMEOUT_MS, TABLE_MAX_ATTEMPTS } from "../limits.ts";

/** The bucket for callers' uploads and archived videos. */
export interface Bucket {
  /** Stores a stream of any size, in parts. Throws what the stream or S3 throws; then no object exists. */
  put(key: string, contentType: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
  /** Deletes an object. Succeeds if there is none. */
  remove(key: string, signal?: AbortSignal): Promise<void>;
  /** Deletes every object whose key starts with the prefix. Returns how many there were. */
  removeAll(prefix: string): Promise<number>;
}

/**
 * Opens a bucket. `endpoint`: an S3 server other than AWS's, addressed by path. The only file that imports an S3
 * client.
 */
export function openBucket(name: string, endpoint: string | undefined): Bucket {
  const client = connect(endpoint);
  const list = (Prefix: string) => client.send(new ListObjectsV2Command({ Bucket: name, Prefix }));
  return {
    put: (key, contentType, bytes, signal) => upload(client, name, key, contentType, bytes, signal),
    remove: async (key, abortSignal) => {
      await client.send(new DeleteObjectCommand({ Bucket: name, Key: key }), { ...(abortSignal && { abortSignal }) });
    },
    removeAll: async (prefix) => {
      let removed = 0;
      for (let page = await list(prefix); page.Contents?.length; page = await list(prefix)) {
        const Objects = page.Contents.map(({ Key }) => ({ Key }));
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }),
        );
        if (Errors.length > 0) throw new Error(`S3 did not delete ${Errors.length} objects: ${Errors[0]?.Code}`);
        removed += Objects.length;
      }
      return removed;
    },
  };
}

async function upload(
  client: S3Client,
  Bucket: string,
  Key: string,
  ContentType: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const Body = Readable.from(bytes, { objectMode: false });
  const upload = new Upload({ client, params: { Bucket, Key, ContentType, Body }, queueSize: 1 });
  const abort = () => void upload.abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    await upload.done();
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function connect(endpoint: string | undefined): S3Client {
  return new S3Client({
    maxAttempts: TABLE_MAX_ATTEMPTS,
    // Optional checksums are sent as trailers, which local S3 servers store as content (rule A15).
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: BUCKET_CONNECT_TIMEOUT_MS,
      requestTimeout: BUCKET_REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  });
}
