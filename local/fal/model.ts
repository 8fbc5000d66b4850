import { filmAnything } from "./any-model.ts";
import { dataUri, elidedUri } from "./inline-video.ts";
import { checkInput } from "./input.ts";
import type { MediaFile } from "./media.ts";
import { extensionOf, isBroken, makeOdd } from "./odd-film.ts";
import { detailOf, ModelError, type Outcome, refusedBy, scriptedOutcome } from "./outcomes.ts";
import { padFilm } from "./pad-film.ts";
import { loadPicture } from "./picture.ts";
import type { FalRequest } from "./records.ts";
import { filmSeconds } from "./render.ts";
import type { Studio, Take } from "./studio.ts";

/** The endpoints of Lucy, whose input is checked. */
export const lucyEndpoints: readonly string[] = ["decart/lucy-14b/image-to-video", "decart/lucy-i2v"];

/** Larger than 10 KB; fal keeps larger results for minutes only. */
const largeResultBytes = 12_000;

/**
 * Runs the stand-in model on a request: reads the input, loads the image, renders the film. Input errors are outcomes.
 */
export async function runModel(request: FalRequest, studio: Studio): Promise<Outcome> {
  const { outcome, result, video_bytes, film: kind } = request.script;
  if (outcome) return scriptedOutcome(outcome, request.input);
  try {
    const make = lucyEndpoints.includes(request.endpoint) ? filmLucy : filmAnything;
    const take = await make(request.input, studio);
    const padded = video_bytes === undefined ? take.film : await padFilm(take.film, video_bytes, studio.media);
    const whole = await studio.media.find(padded);
    if (!whole) throw new Error(`The film ${padded} is gone from the media folder.`);
    const { film, file } = await makeOdd(kind, { film: padded, file: whole }, studio.media);
    const isInline = take.isInline || result === "data_uri";
    // Hosted films are one file per image and shape, but every request has its own URL, as at fal.
    const url = isInline ? elidedUri : `${studio.baseUrl}/v3.fal.media/files/b/${request.request_id}/${film}`;
    const body = {
      video: { url, ...describeFilm(isBroken(kind) ? whole : file), ...padding(result === "large") },
      ...take.beside,
    };
    const inline = isInline && { inline: { film, uri_bytes: dataUri(file).length } };
    return { status_code: 200, body, ...inline, billable_units: filmSeconds };
  } catch (error) {
    if (error instanceof ModelError) return refusedBy(error);
    throw error;
  }
}

async function filmLucy(input: unknown, { media, renderer }: Studio): Promise<Take> {
  const { image_url, aspect_ratio, sync_mode } = checkInput(input);
  const image = await loadPicture(image_url, media);
  const film = image && (await renderer.film(image, aspect_ratio));
  if (film) return { film, isInline: sync_mode };
  throw new ModelError([detailOf(image ? "image_load_error" : "file_download_error", "image_url", image_url)]);
}

function describeFilm({ bytes, contentType }: MediaFile) {
  return { content_type: contentType, file_name: `output.${extensionOf(contentType)}`, file_size: bytes.length };
}

function padding(wanted: boolean) {
  return wanted ? { file_data: "A".repeat(largeResultBytes) } : {};
}
