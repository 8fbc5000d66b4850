import { isJobId, randomJobId } from "../job/identity.ts";

/** The id of an upload: like a job's it is random and ordered by time, so it tells its own age. */
export const randomUploadId = randomJobId;

/** The URL that names an upload as a job's `image_url`. */
export function uploadUrl(publicUrl: string, id: string): string {
  return `${uploadsUrl(publicUrl)}${id}`;
}

/** Whether a URL claims to be one of our uploads. */
export function isUploadUrl(url: string, publicUrl: string): boolean {
  return url.startsWith(uploadsUrl(publicUrl));
}

/** The id of the upload that a URL names, undefined when it names none. */
export function uploadIdIn(url: string, publicUrl: string): string | undefined {
  const id = isUploadUrl(url, publicUrl) ? url.slice(uploadsUrl(publicUrl).length) : "";
  return isJobId(id) ? id : undefined;
}

/** Where an upload lies in the bucket. The owner is the caller's own, never read from what the caller sends (rule P25). */
export function uploadKey(owner: string, id: string): string {
  return `uploads/${owner}/${id}`;
}

/** When the upload was asked for, epoch milliseconds: the first 48 bits of a UUIDv7 (RFC 9562 §5.7). */
export function uploadMadeAt(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

function uploadsUrl(publicUrl: string): string {
  return `${publicUrl}/uploads/`;
}
