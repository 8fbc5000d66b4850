import { type Image, readImage } from "../contract/image.ts";
import { type InlineFile, type OwnedFile, ownedFiles, replaceFiles, typed } from "../contract/input-file.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import { modelOf } from "../contract/models/models.ts";
import type { OwnUrls } from "../contract/site.ts";
import { uploadIdIn, uploadKey, uploadMadeAt } from "../contract/upload.ts";
import { pointer } from "../contract/validation.ts";
import { Problem } from "../http/problem.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { JOB_FILES_MAX, JOB_FILES_MAX_BYTES, UPLOAD_LIFETIME_MS, UPLOAD_MAX_BYTES } from "../limits.ts";
import type { Submitter } from "./attempt.ts";
import type { ReadUpload, UploadedFile } from "./read-upload.ts";

export interface FileStore extends OwnUrls, Pick<Submitter, "connectFal" | "now"> {
  readonly readUpload: ReadUpload;
}

/** The request with files that fal can fetch. */
export interface StoredFiles {
  readonly request: NewJobRequest;
  readonly hasOwnFileUrl: boolean;
  readonly uploadKeys?: readonly string[] | undefined;
}

/** The job whose files are stored. */
interface FileOwner {
  readonly id: string;
  readonly owner: string;
}

/** Whether a request has files that must be stored at fal before its job can be recorded. */
export function hasFiles(service: FileStore, { request }: ParsedRequest): boolean {
  return filesOf(service, request).length > 0;
}

/**
 * Sends inline files and uploads to fal's storage before the row is written, so that the row holds permanent URLs that
 * no other job uses (rule P11). The job's budget must be reserved before (rule P29). Throws `invalid_request` for an
 * unusable file, `storage_unavailable` or `fal_key_missing`; then nothing is recorded.
 */
export async function storeFiles(service: FileStore, job: FileOwner, parsed: ParsedRequest): Promise<StoredFiles> {
  const { request } = parsed;
  const files = filesOf(service, request);
  if (files.length === 0) return { request, hasOwnFileUrl: false };
  const read: Awaited<ReturnType<typeof readFile>>[] = [];
  let total = 0;
  // One after another, so that no more is held than a job may have (rule P28).
  for (const file of files) {
    const one = await readFile(service, job.owner, parsed, file);
    total += one.bytes.length;
    if (total > JOB_FILES_MAX_BYTES)
      throw unusable([], `must contain files of at most ${JOB_FILES_MAX_BYTES} bytes in total`);
    read.push(one);
  }
  const stored = await Promise.all(
    read.map((file, index) => storeAtFal(service, `${job.id}${index || ""}`, file, request.deadline_seconds)),
  );
  const urls = new Map(files.map(({ url }, index) => [url, stored[index] ?? url]));
  const uploadIds = files.flatMap(({ url }) => uploadIdIn(url, service) ?? []);
  return {
    request: { ...request, input: replaceFiles(request.input, modelOf(request.endpoint), urls) },
    hasOwnFileUrl: true,
    uploadKeys: uploadIds.length > 0 ? uploadIds.map((id) => uploadKey(job.owner, id)) : undefined,
  };
}

/** The keys of the uploads that a request names. */
export function uploadKeysOf(service: FileStore, owner: string, { request }: ParsedRequest): readonly string[] {
  return filesOf(service, request).flatMap(({ url }) => {
    const id = uploadIdIn(url, service);
    return id === undefined ? [] : [uploadKey(owner, id)];
  });
}

/**
 * Throws what `storeFiles` would throw for an unusable file. Hosted files are not checked, because fal fetches them.
 */
export async function checkFiles(service: FileStore, owner: string, parsed: ParsedRequest): Promise<void> {
  // One after another, so that no more than one is held (rule P28).
  for (const file of filesOf(service, parsed.request)) await readFile(service, owner, parsed, file);
}

/** Each file once, even if the input names it several times. */
function filesOf(own: FileStore, { endpoint, input }: NewJobRequest): readonly OwnedFile[] {
  const files = ownedFiles(input, modelOf(endpoint), own);
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
  if (modelOf(request.endpoint).pictureFields === undefined) return asFile(file);
  const image = imageIn(file);
  if (typeof image !== "string") return image;
  throw unusable(path, image);
}

/** S3 and fal's client declare `application/octet-stream` where nobody knows the type. */
function asFile({ contentType, bytes }: UploadedFile): InlineFile {
  return typed({ declaredType: contentType === "application/octet-stream" ? undefined : contentType, bytes });
}

/** What uploads turned out to be: one that several entries of a batch name is the same object, and is checked once. */
const checked = new WeakMap<UploadedFile, Image | string>();

function imageIn(file: UploadedFile): Image | string {
  const image = checked.get(file) ?? readImage(file.bytes, file.contentType);
  checked.set(file, image);
  return image;
}

/** Reads the upload back (rule P25), or returns a sentence that says why it cannot be read. */
async function uploadedFile(service: FileStore, owner: string, url: string): Promise<UploadedFile | string> {
  const id = uploadIdIn(url, service);
  if (id === undefined) return "must be an image_url that POST /uploads returned";
  if (service.now() > uploadMadeAt(id) + UPLOAD_LIFETIME_MS) {
    return `is an upload that has expired after ${UPLOAD_LIFETIME_MS / 3_600_000} hours; upload the image again`;
  }
  const upload = await service.readUpload(uploadKey(owner, id)).catch((cause: unknown) => {
    throw unavailable("The upload is temporarily unavailable.", cause);
  });
  if (upload === "absent") return "is an upload without an image; PUT the image to its upload_url first";
  if (upload === "too_large") return `is an upload that is too large; it must be at most ${UPLOAD_MAX_BYTES} bytes`;
  return upload;
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

function unusable(path: readonly PropertyKey[], message: string): Problem {
  const errors = [{ pointer: pointer(["input", ...path]), message }];
  return new Problem("invalid_request", "The image cannot be used. `errors` lists the reasons. Nothing was recorded.", {
    errors,
  });
}

function unavailable(what: string, cause: unknown): Problem {
  const headers = { "retry-after": "5" };
  return new Problem("storage_unavailable", `${what} Nothing was recorded. Try again.`, { headers, cause });
}
