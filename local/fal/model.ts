import { readFile } from "node:fs/promises";
import { dataUri, elidedUri } from "./inline-video.ts";
import { checkInput, type ModelInput } from "./input.ts";
import type { Media, MediaFile } from "./media.ts";
import { detailOf, ModelError, refusedBy, scriptedOutcome } from "./outcomes.ts";
import { padFilm } from "./pad-film.ts";
import type { FalRequest, Outcome } from "./records.ts";
import { filmSeconds, type Renderer } from "./render.ts";

const samplePicture = new URL("../sample/sample.jpg", import.meta.url);
const maxImageBytes = 30_000_000;
const downloadTimeoutMs = 20_000;
/** More than the 10 KB above which a result is kept for minutes only. */
const largeResultBytes = 12_000;

/** What the model works with; `baseUrl` is where its films can be fetched, without a trailing slash. */
export interface Studio {
  readonly media: Media;
  readonly renderer: Renderer;
  readonly baseUrl: string;
}

/** Runs the stand-in model on a request: checks the input, loads the image, renders the film. Input errors are outcomes. */
export async function runModel(request: FalRequest, studio: Studio): Promise<Outcome> {
  const { outcome, result, video_bytes } = request.script;
  if (outcome) return scriptedOutcome(outcome, request.input);
  try {
    const input = checkInput(request.input);
    const plain = await makeFilm(input, studio);
    const film = video_bytes === undefined ? plain : await padFilm(plain, video_bytes, studio.media);
    const file = await studio.media.find(film);
    if (!file) throw new Error(`The film ${film} is gone from the media folder.`);
    const isInline = input.sync_mode || result === "data_uri";
    // Hosted films are one file per image and shape, but every request gets a URL of its own, as with fal.
    const url = isInline ? elidedUri : `${studio.baseUrl}/v3.fal.media/files/b/${request.request_id}/${film}`;
    const body = { video: { url, ...describeFilm(file), ...padding(result === "large") } };
    const inline = isInline && { inline: { film, uri_bytes: dataUri(file).length } };
    return { status_code: 200, body, ...inline, billable_units: filmSeconds };
  } catch (error) {
    if (error instanceof ModelError) return refusedBy(error);
    throw error;
  }
}

async function makeFilm(input: ModelInput, { media, renderer }: Studio): Promise<string> {
  const image = await loadImage(input.image_url, media);
  const film = image && (await renderer.film(image, input.aspect_ratio));
  if (film) return film;
  throw new ModelError([detailOf(image ? "image_load_error" : "file_download_error", "image_url", input.image_url)]);
}

/**
 * The bytes behind an image URL: one of our stored files, a data URI, or what a server of this machine gives; undefined when there are none.
 * Nothing leaves this machine: the sample picture stands in for one that is hosted elsewhere.
 */
async function loadImage(url: string, media: Media): Promise<Uint8Array | undefined> {
  const stored = media.nameIn(url);
  if (stored) return (await media.find(stored))?.bytes;
  const host = URL.canParse(url) ? new URL(url).hostname : "";
  if (host !== "" && !isLoopback(host)) return isNowhere(host) ? undefined : readFile(samplePicture);
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.ok && bytes.length <= maxImageBytes ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** fal's own CDN, which has nothing else than what we store, and hosts that cannot be (RFC 2606). */
function isNowhere(host: string): boolean {
  return /(^|\.)(fal\.media|invalid)$/.test(host);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}

function describeFilm({ bytes, contentType }: MediaFile) {
  return { content_type: contentType, file_name: "output.mp4", file_size: bytes.length };
}

function padding(wanted: boolean) {
  return wanted ? { file_data: "A".repeat(largeResultBytes) } : {};
}
