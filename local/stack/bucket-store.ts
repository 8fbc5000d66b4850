import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import FilesystemStore, { type IncomingObject } from "s3rver/lib/stores/filesystem.js";

/**
 * Opens s3rver's store with other write functions. s3rver's own respond before the last bytes are in the file, leave
 * half an object behind after a SIGKILL, and fail when two objects of one folder are deleted at the same time.
 */
export function openStore(directory: string): FilesystemStore {
  Object.assign(FilesystemStore.prototype, { putObject, putPart, deleteObject });
  return new FilesystemStore(directory);
}

/** Deletes the parts of an aborted multipart upload, which s3rver cannot do. */
export async function abortUpload(store: FilesystemStore, bucket: string, uploadId: string): Promise<void> {
  if (!/^[0-9a-f]{32}$/.test(uploadId)) return;
  await rm(`${store.getResourcePath(bucket, undefined, "uploads")}/${uploadId}`, { recursive: true, force: true });
}

type Written = { readonly size: number; readonly md5: string };

async function putObject(this: FilesystemStore, { bucket, key, content, metadata }: IncomingObject): Promise<Written> {
  const path = this.getResourcePath(bucket, key, "object");
  return await writeWhole(path, content, ({ md5 }) => this.putMetadata(bucket, key, metadata, md5));
}

async function putPart(
  this: FilesystemStore,
  bucket: string,
  uploadId: string,
  partNumber: string,
  content: Readable,
): Promise<Written> {
  const path = `${this.getResourcePath(bucket, undefined, "uploads")}/${uploadId}/${partNumber}`;
  return await writeWhole(path, content, ({ md5 }) => writeFile(`${path}.md5`, md5));
}

async function deleteObject(this: FilesystemStore, bucket: string, key: string): Promise<void> {
  for (const resource of ["object", "object.md5", "metadata.json"]) {
    await rm(this.getResourcePath(bucket, key, resource), { force: true });
  }
}

// The file gets its name only when it is complete and everything that belongs to it exists.
async function writeWhole(
  path: string,
  content: Readable,
  writeRest: (written: Written) => Promise<void>,
): Promise<Written> {
  const part = `${path}.${randomUUID()}`;
  const md5 = createHash("md5");
  let size = 0;
  await mkdir(dirname(path), { recursive: true });
  try {
    const count = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        md5.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    await pipeline(content, count, createWriteStream(part));
    const written = { size, md5: md5.digest("hex") };
    await writeRest(written);
    await rename(part, path);
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}
