/** fal's hosts. `FAL_ENDPOINT_URL` redirects the calls to them. */
const FAL_HOSTS = new Set(["queue.fal.run", "fal.run", "rest.fal.ai", "api.fal.ai", "v3.fal.media", "v3b.fal.media"]);

/** All hosts of fal's CDN are in this domain. */
const MEDIA_DOMAIN = "fal.media";

/**
 * The URL to call for one of fal's URLs: `https://HOST/path` becomes `$FAL_ENDPOINT_URL/HOST/path` if that variable is
 * set. Other URLs stay unchanged.
 */
export function falUrl(url: string, falEndpointUrl: string | undefined): string {
  if (falEndpointUrl === undefined) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "https:" && FAL_HOSTS.has(host) ? `${falEndpointUrl}/${host}${pathname}${search}` : url;
}

/** Whether a result's URL may be passed on: https, and also plain http if another program replaces fal. */
export function isMediaUrl(url: string, falEndpointUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && falEndpointUrl !== undefined);
}

/**
 * Whether a URL is on fal's CDN: https on one of its media hosts, or any URL on the origin that replaces fal (rule
 * P23).
 */
export function isFalMedia(url: string, falEndpointUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, port } = new URL(url);
  if (falEndpointUrl !== undefined && origin === new URL(falEndpointUrl).origin) return true;
  return protocol === "https:" && port === "" && (hostname === MEDIA_DOMAIN || hostname.endsWith(`.${MEDIA_DOMAIN}`));
}
