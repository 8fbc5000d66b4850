import { readImage } from "../contract/image.ts";
import { type InlineFile, type OwnedFile, ownedFiles, replaceTexts } from "../contract/input-file.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import { modelOf } from "../contract/models/models.ts";
import { uploadIdIn, uploadKey, uploadMadeAt } from "../contract/upload.ts";
import { pointer } from "../contract/validation.ts";
import { Problem } from "../http/problem.ts";
import { orUnavailable } from "../http/unavailable.ts";
import type { Job } from "../job/job.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { JOB_FILES_MAX, JOB_FILES_MAX_BYTES, UPLOAD_LIFETIME_MS, UPLOAD_MAX_BYTES } from "../limits.ts";
import type { JobTable } from "../table/job-table.ts";
import type { Submitter } from "./attempt.ts";
import type { ReadUpload } from "./read-upload.ts";

export interface FileStore extends Pick<Submitter, "connectFal" | "publicUrl" | "now"> {
  readonly table: JobTable;
  readonly readUpload: ReadUpload;
}

/** The request with files that fal can fetch, or the existing job with this id. */
export type StoredFiles =
  | {
      readonly request: NewJobRequest;
      readonly hasOwnFileUrl: boolean;
      readonly uploadKeys?: readonly string[] | undefined;
    }
  | { readonly existing: Job };

interface Order {
  readonly id: string;
  readonly owner: string;
  readonly isKeyed: boolean;
}

/**
 * Sends inline files and uploads to fal's storage before the row is written, so that the row holds permanent URLs that
 * no other job uses (rule P11). A repeated request with a key finds its job first and uploads nothing. Throws
 * `invalid_request` for an unusable file, `job_deleted`, `storage_unavailable` or `fal_key_missing`; then nothing is
 * recorded.
 */
export async function storeFiles(service: FileStore, order: Order, parsed: ParsedRequest): Promise<StoredFiles> {
  const { request } = parsed;
  const files = filesOf(service, request);
  if (files.length === 0) return { request, hasOwnFileUrl: false };
  if (order.isKeyed) {
    const { job: existing, isDeleted } = await orUnavailable(service.table.lookUp(order.id), NOTHING_RECORDED);
    if (isDeleted) throw jobDeleted();
    if (existing) return { existing };
  }
  const read = await Promise.all(files.map((file) => readFile(service, order.owner, parsed, file)));
  if (read.reduce((sum, { bytes }) => sum + bytes.length, 0) > JOB_FILES_MAX_BYTES)
    throw unusable([], `must contain files of at most ${JOB_FILES_MAX_BYTES} bytes in total`);
  const stored = await Promise.all(
    read.map((file, index) => storeAtFal(service, `${order.id}${index || ""}`, file, request.deadline_seconds)),
  );
  const urls = new Map(files.map(({ url }, index) => [url, stored[index] ?? url]));
  const uploadIds = files.flatMap(({ url }) => uploadIdIn(url, service.publicUrl) ?? []);
  return {
    request: { ...request, input: replaceTexts(request.input, urls) },
    hasOwnFileUrl: true,
    uploadKeys: uploadIds.length > 0 ? uploadIds.map((id) => uploadKey(order.owner, id)) : undefined,
  };
}

/**
 * Throws what `storeFiles` would throw for an unusable file. Hosted files are not checked, because fal fetches them.
 */
export async function checkFiles(service: FileStore, owner: string, parsed: ParsedRequest): Promise<void> {
  await Promise.all(filesOf(service, parsed.request).map((file) => readFile(service, owner, parsed, file)));
}

/** Each file once, even if the input names it several times. */
function filesOf({ publicUrl }: FileStore, { endpoint, input }: NewJobRequest): readonly OwnedFile[] {
  const files = ownedFiles(input, modelOf(endpoint), publicUrl);
  const each = [...new Map(files.map((file) => [file.url, file])).values()];
  if (each.length > JOB_FILES_MAX) throw unusable([], `must contain at most ${JOB_FILES_MAX} files`);
  return each;
}

/**
 * Inline files were already checked with the request. An upload must be an image if the model expects one; fal checks
 * all other files.
 */
async function readFile(
  service: FileStore,
  owner: string,
  { request, files }: ParsedRequest,
  { path, url }: OwnedFile,
): Promise<InlineFile> {
  const inline = files.get(url);
  if (inline) return inline;
  const file = await uploadedFile(service, owner, url);
  if (typeof file === "string") throw unusable(path, file);
  if (modelOf(request.endpoint).pictureFields === undefined) return file;
  const image = readImage(file.bytes, file.contentType === UNKNOWN_TYPE ? undefined : file.contentType);
  if (typeof image !== "string") return image;
  throw unusable(path, image);
}

/** Reads the upload back (rule P25), or returns a sentence that says why it cannot be read. */
async function uploadedFile(service: FileStore, owner: string, url: string): Promise<InlineFile | string> {
  const id = uploadIdIn(url, service.publicUrl);
  if (id === undefined) return "must be an image_url that POST /uploads returned";
  if (service.now() > uploadMadeAt(id) + UPLOAD_LIFETIME_MS) {
    return `is an upload that has expired after ${UPLOAD_LIFETIME_MS / 3_600_000} hours; upload the image again`;
  }
  const upload = await service.readUpload(uploadKey(owner, id)).catch((cause: unknown) => {
    throw unavailable("The upload is temporarily unavailable.", cause);
  });
  if (upload === "absent") return "is an upload without an image; PUT the image to its upload_url first";
  if (upload === "too_large") return `is an upload that is too large; it must be at most ${UPLOAD_MAX_BYTES} bytes`;
  return { contentType: upload.contentType ?? UNKNOWN_TYPE, bytes: upload.bytes };
}

async function storeAtFal(
  service: FileStore,
  stem: string,
  { contentType, bytes }: InlineFile,
  deadlineSeconds: number,
): Promise<string> {
  const { fal, access } = await service.connectFal();
  if (access === undefined) {
    const detail =
      "The image cannot be stored because FAL_KEY is not configured. Nothing was recorded. Try again when the operator has configured it.";
    throw new Problem("fal_key_missing", detail);
  }
  const [, extension = ""] = /\/([a-z0-9]+)/.exec(contentType) ?? [];
  const file = { name: `${stem}.${extension}`, contentType, bytes, neededSeconds: deadlineSeconds };
  return fal.uploadToFal(access, file).catch((cause: unknown) => {
    throw unavailable("fal's storage did not accept the image.", cause);
  });
}

/** A late repeat of a request whose job was deleted starts no new render (rule P16). */
export function jobDeleted(): Problem {
  return new Problem(
    "job_deleted",
    "The job that this request created was deleted. Send a new Idempotency-Key to create another job.",
  );
}

function unusable(path: readonly PropertyKey[], message: string): Problem {
  const errors = [{ pointer: pointer(["input", ...path]), message }];
  return new Problem("invalid_request", "The image cannot be used. `errors` lists the reasons. Nothing was recorded.", {
    errors,
  });
}

/** The type of uploads that were stored without a content type. */
const UNKNOWN_TYPE = "application/octet-stream";
const NOTHING_RECORDED = "Jobs are temporarily unavailable. Nothing was recorded. Try again.";

function unavailable(what: string, cause: unknown): Problem {
  const headers = { "retry-after": "5" };
  return new Problem("storage_unavailable", `${what} Nothing was recorded. Try again.`, { headers, cause });
}
