/** fal's hosts: those whose calls `FAL_ENDPOINT_URL` redirects. */
const FAL_HOSTS = new Set(["queue.fal.run", "fal.run", "rest.fal.ai", "api.fal.ai", "v3.fal.media", "v3b.fal.media"]);

/** Every host of fal's CDN lies in it. */
const MEDIA_DOMAIN = "fal.media";

/** Where a URL of fal's is really called: `https://HOST/path` becomes `$FAL_ENDPOINT_URL/HOST/path` when that is set. Other URLs stay. */
export function falUrl(url: string, falEndpointUrl: string | undefined): string {
  if (falEndpointUrl === undefined) return url;
  const { protocol, host, pathname, search } = new URL(url);
  return protocol === "https:" && FAL_HOSTS.has(host) ? `${falEndpointUrl}/${host}${pathname}${search}` : url;
}

/** Whether a result's URL can be handed on: https, or, where another program stands in for fal, plain http too. */
export function isMediaUrl(url: string, falEndpointUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && falEndpointUrl !== undefined);
}

/** Whether a URL is on fal's CDN: https on one of its media hosts, or anything on the origin that stands in for fal (rule P23). */
export function isFalMedia(url: string, falEndpointUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, origin, port } = new URL(url);
  if (falEndpointUrl !== undefined && origin === new URL(falEndpointUrl).origin) return true;
  return protocol === "https:" && port === "" && (hostname === MEDIA_DOMAIN || hostname.endsWith(`.${MEDIA_DOMAIN}`));
}
