import { MEDIA_REDIRECTS_MAX } from "../limits.ts";
import { falUrl, isFalMedia } from "./url.ts";

/** A URL that is not on fal's CDN, or redirects to one that is not. */
export class NotFalMedia extends Error {
  override readonly name = "NotFalMedia";
}

/**
 * The bytes of a video on fal's CDN. Every hop of a redirect must be one of fal's media hosts (rule P23). Throws
 * NotFalMedia, and an Error for an answer other than 200 or an answer that is cut off.
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
