import { Problem } from "../http/problem.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { type Image, isDataUri, parseDataUri, readImage } from "../job/image.ts";
import type { Job } from "../job/job.ts";
import { UPLOAD_LIFETIME_MS, UPLOAD_MAX_BYTES } from "../job/limits.ts";
import type { NewJobRequest } from "../job/request.ts";
import { uploadIdIn, uploadKey, uploadMadeAt } from "../job/upload.ts";
import type { ReadUpload } from "../media/read-upload.ts";
import type { Submitter } from "./attempt.ts";

export interface ImageHolder extends Pick<Submitter, "table" | "prepare" | "publicUrl" | "now"> {
  readonly readUpload: ReadUpload;
}

/** The request with an image that fal can fetch, or the job that already has the id. */
export type Held =
  | { readonly request: NewJobRequest; readonly imageHeld: boolean; readonly uploadKey?: string | undefined }
  | { readonly existing: Job };

interface Order {
  readonly id: string;
  readonly owner: string;
  readonly isKeyed: boolean;
}

/**
 * An inline image or an upload goes to fal's storage before the row is written, so that the row holds a URL, one that stays and that
 * no other job ever uses (rule P11). A repeat of a keyed request finds its job first and uploads nothing. Throws `invalid_request` for an
 * upload that cannot be used, `job_deleted`, `storage_unavailable` or `fal_key_missing`; nothing is recorded then.
 */
export async function holdImage(service: ImageHolder, order: Order, request: NewJobRequest): Promise<Held> {
  const { image_url } = request.input;
  const uploadId = uploadIdIn(image_url, service.publicUrl);
  if (uploadId === undefined && !isDataUri(image_url)) return { request, imageHeld: false };
  if (order.isKeyed) {
    const { job: existing, isDeleted } = await orUnavailable(service.table.lookUp(order.id), NOTHING_RECORDED);
    if (isDeleted) throw jobDeleted();
    if (existing) return { existing };
  }
  const image = await readImageOf(service, order.owner, image_url);
  const stored = await handOver(service, order.id, image, request.deadline_seconds);
  return {
    request: { ...request, input: { ...request.input, image_url: stored } },
    imageHeld: true,
    uploadKey: uploadId && uploadKey(order.owner, uploadId),
  };
}

/** Throws what `holdImage` would throw for a picture that cannot be used; a hosted one is fal's to fetch. */
export async function checkImage(service: ImageHolder, owner: string, request: NewJobRequest): Promise<void> {
  const { image_url } = request.input;
  if (isDataUri(image_url) || uploadIdIn(image_url, service.publicUrl)) await readImageOf(service, owner, image_url);
}

async function readImageOf(service: ImageHolder, owner: string, imageUrl: string): Promise<Image> {
  const uploadId = uploadIdIn(imageUrl, service.publicUrl);
  const image = uploadId === undefined ? parseDataUri(imageUrl) : await uploadedImage(service, owner, uploadId);
  if (typeof image === "string") throw unusable(image);
  return image;
}

/** The upload read back and checked (rule P25), or a sentence that says why it cannot be used. */
async function uploadedImage(service: ImageHolder, owner: string, id: string): Promise<Image | string> {
  if (service.now() > uploadMadeAt(id) + UPLOAD_LIFETIME_MS) {
    return `names an upload that has expired: it may be used for ${UPLOAD_LIFETIME_MS / 3_600_000} hours; upload the image again`;
  }
  const upload = await service.readUpload(uploadKey(owner, id)).catch((cause: unknown) => {
    throw unavailable("The upload cannot be read at the moment.", cause);
  });
  if (upload === "absent") return "names an upload of yours that is not there: PUT the image to its upload_url first";
  if (upload === "too_large") return `names an upload that is too large: it must be at most ${UPLOAD_MAX_BYTES} bytes`;
  const image = readImage(upload.bytes, upload.contentType);
  return typeof image === "string" ? `names an upload that cannot be used: it ${image}` : image;
}

async function handOver(service: ImageHolder, id: string, image: Image, deadlineSeconds: number): Promise<string> {
  const { fal, access } = await service.prepare();
  if (access === undefined) {
    const detail = "FAL_KEY is not configured yet, so the image cannot be stored. Nothing was recorded.";
    throw new Problem("fal_key_missing", detail);
  }
  const name = `${id}.${image.contentType.slice("image/".length)}`;
  return fal.uploadToFal(access, { ...image, name, neededSeconds: deadlineSeconds }).catch((cause: unknown) => {
    throw unavailable("fal's storage did not take the image.", cause);
  });
}

/** A late repeat of a request whose job is gone renders nothing (rule P16). */
export function jobDeleted(): Problem {
  return new Problem("job_deleted", "This request was a job that has been deleted since.");
}

function unusable(message: string): Problem {
  const errors = [{ pointer: "/input/image_url", message }];
  return new Problem("invalid_request", "The image cannot be used; `errors` says why. Nothing was recorded.", {
    errors,
  });
}

const NOTHING_RECORDED = "Jobs cannot be read at the moment. Nothing was recorded; retry.";

function unavailable(what: string, cause: unknown): Problem {
  const headers = { "retry-after": "5" };
  return new Problem("storage_unavailable", `${what} Nothing was recorded; retry.`, { headers, cause });
}
