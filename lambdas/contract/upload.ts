import { isJobId, randomJobId } from "../job/identity.ts";
import { type OwnUrls, ownUrls } from "./site.ts";

/** The id of an upload. Like a job id it is random and ordered by time, so it contains its creation time. */
export const randomUploadId = randomJobId;

const PATH = "/uploads/";

/** The URL that a job's `image_url` contains for an upload. */
export function uploadUrl(publicUrl: string, id: string): string {
  return `${publicUrl}${PATH}${id}`;
}

/** Whether a URL starts like the URL of an upload, given out under any base URL of the API. */
export function isUploadUrl(url: string, own: OwnUrls): boolean {
  return restOf(url, own) !== undefined;
}

/** The id of the upload in a URL; undefined if there is none. */
export function uploadIdIn(url: string, own: OwnUrls): string | undefined {
  const id = restOf(url, own);
  return id !== undefined && isJobId(id) ? id : undefined;
}

/** The key of an upload in the bucket. The owner comes from the API key, never from the request (rule P25). */
export function uploadKey(owner: string, id: string): string {
  return `uploads/${owner}/${id}`;
}

/** When the upload was requested, in epoch milliseconds: the first 48 bits of a UUIDv7 (RFC 9562 §5.7). */
export function uploadMadeAt(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

function restOf(url: string, own: OwnUrls): string | undefined {
  const start = ownUrls(own).find((base) => url.startsWith(`${base}${PATH}`));
  return start === undefined ? undefined : url.slice(start.length + PATH.length);
}
