import { parseUrl } from "../contract/parse-url.ts";

/** fal's hosts. `FAL_ENDPOINT_URL` redirects the calls to these hosts. */
const FAL_HOSTS = new Set(["queue.fal.run", "fal.run", "rest.fal.ai", "api.fal.ai", "v3.fal.media", "v3b.fal.media"]);

/** The parent domain of every host of fal's CDN. */
const MEDIA_DOMAIN = "fal.media";

/**
 * The URL that is really called: `https://HOST/path` becomes `$FAL_ENDPOINT_URL/HOST/path` if that is set. URLs of
 * other hosts stay unchanged.
 */
export function falUrl(url: string, falEndpointUrl: string | undefined): string {
  if (falEndpointUrl === undefined) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "https:" && FAL_HOSTS.has(host) ? `${falEndpointUrl}/${host}${pathname}${search}` : url;
}

/** Whether a result's URL may be returned to callers: https, or also plain http if another program replaces fal. */
export function isMediaUrl(url: string, falEndpointUrl: string | undefined): boolean {
  const protocol = parseUrl(url)?.protocol;
  return protocol === "https:" || (protocol === "http:" && falEndpointUrl !== undefined);
}

/**
 * Whether a URL is on fal's CDN: https on one of its media hosts, or any URL on the origin that replaces fal (rule
 * P23).
 */
export function isFalMedia(url: string, falEndpointUrl: string | undefined): boolean {
  const parsed = parseUrl(url);
  if (parsed === undefined) return false;
  const { protocol, hostname, origin, port } = parsed;
  if (falEndpointUrl !== undefined && origin === new URL(falEndpointUrl).origin) return true;
  return protocol === "https:" && port === "" && (hostname === MEDIA_DOMAIN || hostname.endsWith(`.${MEDIA_DOMAIN}`));
}

/** The part of the endpoint in a request's URLs: owner and alias, with the namespace if there is one. */
export function appOf(endpoint: string): string {
  const parts = /^(?:workflows|comfy)\//.test(endpoint) ? 3 : 2;
  return endpoint.split("/", parts).join("/");
}
