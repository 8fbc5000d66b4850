import { isJobId, randomJobId } from "../job/identity.ts";

/** The id of an upload. Like a job's id, it is random and ordered by time, so it contains the time of its creation. */
export const randomUploadId = randomJobId;

/** The URL that a job uses as its `image_url` to refer to an upload. */
export function uploadUrl(publicUrl: string, id: string): string {
  return `${uploadsUrl(publicUrl)}${id}`;
}

/** Whether a URL has the form of one of our uploads. */
export function isUploadUrl(url: string, publicUrl: string): boolean {
  return url.startsWith(uploadsUrl(publicUrl));
}

/** The upload's id in a URL; undefined if the URL is not that of an upload. */
export function uploadIdIn(url: string, publicUrl: string): string | undefined {
  const id = isUploadUrl(url, publicUrl) ? url.slice(uploadsUrl(publicUrl).length) : "";
  return isJobId(id) ? id : undefined;
}

/** The key of an upload in the bucket. The owner is always the caller, and never read from the request (rule P25). */
export function uploadKey(owner: string, id: string): string {
  return `uploads/${owner}/${id}`;
}

/** When the upload was requested, in epoch milliseconds: the first 48 bits of a UUIDv7 (RFC 9562 §5.7). */
export function uploadMadeAt(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

function uploadsUrl(publicUrl: string): string {
  return `${publicUrl}/uploads/`;
}
