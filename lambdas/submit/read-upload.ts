import { type BucketAccess, presign } from "../aws/presign.ts";
import { UPLOAD_MAX_BYTES, UPLOAD_READ_TIMEOUT_MS } from "../limits.ts";

/** An upload's bytes and the content type it was uploaded with, or the reason why there are no bytes. */
export type Upload = UploadedFile | "absent" | "too_large";

export interface UploadedFile {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/** Reads the upload with a key. Throws when the bucket cannot be read. */
export type ReadUpload = (key: string) => Promise<Upload>;

const READ_SECONDS = 60;

/** Reads uploads with a signed GET: the full S3 client would make each start of the submit function a fifth slower. */
export function uploadReader(access: BucketAccess): ReadUpload {
  return async (key) => {
    const url = await presign(access, { method: "GET", key, expiresInSeconds: READ_SECONDS });
    const response = await fetch(url, { redirect: "error", signal: AbortSignal.timeout(UPLOAD_READ_TIMEOUT_MS) });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      if (response.status === 404) return "absent";
      throw new Error(`S3 returned ${response.status} for an upload.`);
    }
    if (Number(response.headers.get("content-length")) > UPLOAD_MAX_BYTES) {
      await response.body.cancel();
      return "too_large";
    }
    const contentType = response.headers.get("content-type")?.split(";")[0]?.trim();
    const bytes = Buffer.from(await response.arrayBuffer());
    return bytes.length > UPLOAD_MAX_BYTES ? "too_large" : { contentType, bytes };
  };
}
