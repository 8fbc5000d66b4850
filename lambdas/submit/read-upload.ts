import { type BucketAccess, presign } from "../aws/presign.ts";
import { UPLOAD_MAX_BYTES, UPLOAD_READ_TIMEOUT_MS } from "../limits.ts";
import { logError } from "../log.ts";

/** An upload's bytes and the content type it was uploaded with, or the reason why there are no bytes. */
export type Upload = UploadedFile | "absent" | "too_large";

export interface UploadedFile {
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/** Reads the upload with a key. Throws when the bucket cannot be read. */
export type ReadUpload = (key: string) => Promise<Upload>;

const READ_SECONDS = 60;

/**
 * Reads uploads with signed requests: the full S3 client would make each start of the submit function a fifth slower.
 * An upload that is too large is deleted: fal's client does not say the length, so no signature limits it (rule P25).
 */
export function uploadReader(access: BucketAccess): ReadUpload {
  return async (key) => {
    const signal = AbortSignal.timeout(UPLOAD_READ_TIMEOUT_MS);
    const send = async (method: "GET" | "DELETE") =>
      fetch(await presign(access, { method, key, expiresInSeconds: READ_SECONDS }), {
        method,
        redirect: "error",
        signal,
      });
    const upload = await read(await send("GET"));
    if (upload === "too_large") await send("DELETE").then(expectSuccess).catch(notDeleted);
    return upload;
  };
}

async function read(response: Response): Promise<Upload> {
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
}

function expectSuccess({ ok, status }: Response): void {
  if (!ok) throw new Error(`S3 returned ${status} for a deletion.`);
}

/** The bucket's lifecycle deletes it later. */
function notDeleted(error: unknown): void {
  logError("an upload that is too large could not be deleted", error);
}
