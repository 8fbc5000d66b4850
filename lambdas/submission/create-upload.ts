import type { Route } from "../http/api.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { jsonBody } from "../http/request.ts";
import { JSON_BODY_MAX_BYTES, PRESIGNED_URL_SECONDS } from "../job/limits.ts";
import { parseNewUploadRequest } from "../job/request.ts";
import { randomUploadId, uploadKey, uploadUrl } from "../job/upload.ts";
import { iso } from "../job/write.ts";
import { type BucketAccess, presign } from "../media/presign.ts";

export interface UploadMaker {
  readonly bucket: BucketAccess;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
}

/**
 * `POST /uploads`: a URL that the caller may PUT one picture to, with exactly the headers that are signed into it (rule P25), and the
 * `image_url` that its jobs then name. Nothing is written until the caller puts it.
 */
export function createUpload(service: UploadMaker): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const asked = parseNewUploadRequest(jsonBody(request, JSON_BODY_MAX_BYTES));
    if ("errors" in asked)
      throw new Problem(
        "invalid_request",
        "The request has fields that are not valid; each is named in `errors`.",
        asked,
      );
    const now = service.now();
    const id = randomUploadId(now, service.randomBytes(16));
    const upload_headers = { "content-type": asked.content_type, "if-none-match": "*" };
    const upload_url = await presign(service.bucket, {
      method: "PUT",
      key: uploadKey(owner, id),
      headers: { ...upload_headers, ...(asked.size !== undefined && { "content-length": String(asked.size) }) },
      expiresInSeconds: PRESIGNED_URL_SECONDS,
    });
    const expires_at = iso(now + PRESIGNED_URL_SECONDS * 1000);
    const body = { upload_url, upload_headers, image_url: uploadUrl(service.publicUrl, id), expires_at };
    return { status: 201, body };
  };
}
