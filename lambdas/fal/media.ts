import { clipped } from "../contract/text.ts";
import { CONTENT_TYPE_MAX_CHARACTERS, MEDIA_REDIRECTS_MAX } from "../limits.ts";
import { falUrl, isFalMedia } from "./url.ts";

/** A URL that is not on fal's media hosts, or that redirects to another host. */
export class NotFalMedia extends Error {
  override readonly name = "NotFalMedia";
}

/** Text, HTML, XML, JSON and scripts. */
const TEXT_TYPE = /^\s*(text\/|[^;]*[/+-](json|xml|javascript|ndjson)\s*(;|$))/i;

/** Whether a content type says that a body is a text, so that it is no video (rule P31). */
export function isTextType(contentType: string): boolean {
  return TEXT_TYPE.test(contentType);
}

/**
 * The bytes of a video on fal's CDN. Every hop of a redirect must be on fal's media hosts (rule P23). Throws
 * NotFalMedia, or another Error if the status is not 200, if the body is a text (rule P31), or if the connection breaks
 * before as many bytes arrived as the `content-length` says.
 */
export async function* mediaAtFal(
  url: string,
  falEndpointUrl: string | undefined,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const response = await follow(url, falEndpointUrl, signal);
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`fal's CDN returned ${response.status}.`);
  }
  const type = response.headers.get("content-type") ?? "";
  if (isTextType(type)) {
    await response.body.cancel();
    throw new Error(`fal's CDN returned a text (${clipped(type, CONTENT_TYPE_MAX_CHARACTERS)}) instead of a video.`);
  }
  yield* response.body;
}

async function follow(url: string, falEndpointUrl: string | undefined, signal: AbortSignal): Promise<Response> {
  let next = url;
  for (let hops = 0; hops <= MEDIA_REDIRECTS_MAX; hops++) {
    if (!isFalMedia(next, falEndpointUrl)) throw new NotFalMedia("The video's URL is not on fal's media hosts.");
    const target = falUrl(next, falEndpointUrl);
    const response = await fetch(target, { redirect: "manual", signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    next = new URL(location, target).href;
  }
  throw new Error(`fal's CDN redirected more than ${MEDIA_REDIRECTS_MAX} times.`);
}
