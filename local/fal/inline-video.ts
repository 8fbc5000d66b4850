import { z } from "zod";
import type { Media, MediaFile } from "./media.ts";
import type { Outcome } from "./outcomes.ts";

const bodySchema = z.looseObject({ video: z.looseObject({ url: z.string() }) });

/**
 * Placeholder for a data URI in a stored outcome, because the URI would add megabytes to the journal and to every
 * ledger.
 */
export const elidedUri = "data:video/mp4;base64,…";

/** An outcome's body as it goes over the wire: an inline video becomes a data URI only here. */
export async function writeBody({ body, inline }: Outcome, media: Media): Promise<unknown> {
  if (inline === undefined) return body;
  const file = await media.find(inline.film);
  if (!file) throw new Error(`The film ${inline.film} is gone from the media folder.`);
  const { video, ...rest } = bodySchema.parse(body);
  return { ...rest, video: { ...video, url: dataUri(file) } };
}

/** A file as a data URI. */
export function dataUri({ bytes, contentType }: MediaFile): string {
  return `data:${contentType};base64,${Buffer.from(bytes).toString("base64")}`;
}
