import { z } from "zod";
import { detailOf, ModelError } from "./outcomes.ts";
import { loadPicture, readSamplePicture } from "./picture.ts";
import type { Studio, Take } from "./studio.ts";

const objectSchema = z.record(z.string(), z.unknown());
const shape = "16:9";
const plainSeed = 7;

/**
 * Stands in for a model with an unknown input: films the first picture found in the input, or the sample picture, and
 * returns a seed. Throws a ModelError if the input is not an object.
 */
export async function filmAnything(input: unknown, studio: Studio): Promise<Take> {
  const { success, data: fields } = objectSchema.safeParse(input);
  if (!success) throw new ModelError([detailOf("dict_type", undefined, input)]);
  const film = (await filmFirst(fields, studio)) ?? (await studio.renderer.film(await readSamplePicture(), shape));
  if (film === undefined) throw new Error("The sample picture cannot be read.");
  return { film, isInline: fields.sync_mode === true, beside: { seed: fields.seed ?? plainSeed } };
}

async function filmFirst(input: unknown, { media, renderer }: Studio): Promise<string | undefined> {
  for (const url of findUrls(input)) {
    const image = await loadPicture(url, media);
    const film = image && (await renderer.film(image, shape));
    if (film) return film;
  }
  return undefined;
}

/** Possible picture URLs, in the order of the JSON. */
function findUrls(value: unknown): string[] {
  if (typeof value === "string") return /^(?:https?:\/\/|data:image\/)/i.test(value) ? [value] : [];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(findUrls) : [];
}
