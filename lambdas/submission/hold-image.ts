import { Problem } from "../http/problem.ts";
import { parseInlineImage } from "../job/inline-image.ts";
import type { Job } from "../job/job.ts";
import type { NewJobRequest } from "../job/request.ts";
import type { Submitter } from "./attempt.ts";

/** The request with an image that fal can fetch, or the job that already has the id. */
export type Held = { readonly request: NewJobRequest; readonly imageHeld: boolean } | { readonly existing: Job };

/**
 * An inline image goes to fal's storage before the row is written, so that the row holds a URL, one that stays and that no other
 * job ever uses (rule P11). A repeat of a keyed request finds its job first and uploads nothing. Throws `storage_unavailable`
 * or `fal_key_missing`; nothing is recorded then.
 */
export async function holdImage(
  service: Submitter,
  id: string,
  isKeyed: boolean,
  request: NewJobRequest,
): Promise<Held> {
  const image = request.input.image_url.startsWith("https:") ? undefined : parseInlineImage(request.input.image_url);
  if (image === undefined || typeof image === "string") return { request, imageHeld: false };
  const existing = isKeyed ? await service.table.read(id) : undefined;
  if (existing) return { existing };
  const { fal, access } = await service.prepare();
  if (access === undefined) {
    throw new Problem(
      "fal_key_missing",
      "FAL_KEY is not configured yet, so the inline image cannot be stored. Nothing was recorded.",
    );
  }
  try {
    const name = `${id}.${image.contentType.slice("image/".length)}`;
    const image_url = await fal.uploadToFal(access, { ...image, name });
    return { request: { ...request, input: { ...request.input, image_url } }, imageHeld: true };
  } catch (cause) {
    throw new Problem(
      "storage_unavailable",
      "fal's storage did not take the inline image. Nothing was recorded; retry.",
      {
        headers: { "retry-after": "5" },
        cause,
      },
    );
  }
}
