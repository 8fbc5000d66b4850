import { type BucketAccess, presign } from "../aws/presign.ts";
import { parseNewUploadRequest } from "../contract/job-request.ts";
import { randomUploadId, uploadKey, uploadUrl } from "../contract/upload.ts";
import type { Route } from "../http/api.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { ownerOf } from "../http/owner.ts";
import { jsonBody } from "../http/request.ts";
import { iso } from "../job/deadlines.ts";
import { JSON_BODY_MAX_BYTES, PRESIGNED_URL_SECONDS } from "../limits.ts";

export interface UploadMaker {
  readonly bucket: BucketAccess;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
}

/**
 * `POST /uploads`: returns a URL that accepts one PUT of an image with exactly the signed type and length (rule P25),
 * and the `image_url` to use in jobs. Nothing is stored before the caller uploads the image.
 */
export function createUpload(service: UploadMaker): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const upload = orInvalid(parseNewUploadRequest(jsonBody(request, JSON_BODY_MAX_BYTES)));
    const upload_headers = { "content-type": upload.content_type, "if-none-match": "*" };
    // No caller needs to set the length: every HTTP client does.
    const signed = { ...upload_headers, "content-length": String(upload.size) };
    const { upload_url, image_url } = await permitUpload(service, owner, signed);
    const expires_at = iso(service.now() + PRESIGNED_URL_SECONDS * 1000);
    return { status: 201, body: { upload_url, upload_headers, image_url, expires_at } };
  };
}

/** A URL that accepts one file with exactly these headers, and the URL to use in the owner's jobs. */
export async function permitUpload(
  service: Omit<UploadMaker, "owners">,
  owner: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly upload_url: string; readonly image_url: string }> {
  const id = randomUploadId(service.now(), service.randomBytes(16));
  const key = uploadKey(owner, id);
  const put = { method: "PUT", key, headers, expiresInSeconds: PRESIGNED_URL_SECONDS } as const;
  return { upload_url: await presign(service.bucket, put), image_url: uploadUrl(service.publicUrl, id) };
}
