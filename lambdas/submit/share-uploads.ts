import { UPLOADS_SHARED_MAX_BYTES } from "../limits.ts";
import type { ReadUpload, Upload } from "./read-upload.ts";

/**
 * Reads uploads for several jobs of one request: an upload that `keys` contains several times is read once, and kept
 * until it was asked for so often. Beyond a number of bytes nothing is kept, and an upload is read again.
 */
export function shareUploads(readUpload: ReadUpload, keys: readonly string[]): ReadUpload {
  const usesLeft = new Map<string, number>();
  for (const key of keys) usesLeft.set(key, (usesLeft.get(key) ?? 0) + 1);
  const kept = new Map<string, Promise<Upload>>();
  let keptBytes = 0;
  const drop = (key: string, bytes: number) => {
    if (kept.delete(key)) keptBytes -= bytes;
  };
  const read = async (key: string): Promise<Upload> => {
    try {
      const upload = await readUpload(key);
      keptBytes += sizeOf(upload);
      if (keptBytes > UPLOADS_SHARED_MAX_BYTES) drop(key, sizeOf(upload));
      return upload;
    } catch (error) {
      kept.delete(key);
      throw error;
    }
  };
  return async (key) => {
    const left = (usesLeft.get(key) ?? 1) - 1;
    usesLeft.set(key, left);
    const before = kept.get(key);
    if (before === undefined && left === 0) return readUpload(key);
    const upload = before ?? read(key);
    kept.set(key, upload);
    if (left <= 0) upload.then((last) => drop(key, sizeOf(last))).catch(() => undefined);
    return upload;
  };
}

function sizeOf(upload: Upload): number {
  return typeof upload === "string" ? 0 : upload.bytes.length;
}
