import { isLoopbackHost } from "./public-host.ts";

/** The base URLs of the API, without a trailing slash. Upload URLs start with one of them; callbacks must call none. */
export interface OwnUrls {
  /** The one that links and new upload URLs start with. */
  readonly publicUrl: string;
  /** Other base URLs under which the API is reached, or was reached before. */
  readonly otherUrls?: readonly string[] | undefined;
}

/** Where this installation is reached. This decides what the URLs in a request mean. */
export interface Site extends OwnUrls {
  /** Whether callbacks may go to this machine over plain http. Only for local development. */
  readonly allowsLoopbackCallbacks: boolean;
}

/** The endpoints that this installation accepts jobs for. */
export interface Offer extends Site {
  /** fal's model ids. A job without an endpoint runs on the first. */
  readonly endpoints: readonly [string, ...string[]];
}

/** Whether a URL is on a server of this API, under any of its names. */
export function isOwnServer(url: URL, own: OwnUrls, allowsLoopback: boolean): boolean {
  const server = serverOf(url, allowsLoopback);
  return ownUrls(own).some((base) => serverOf(new URL(base), allowsLoopback) === server);
}

/** All base URLs of the API. */
export function ownUrls({ publicUrl, otherUrls = [] }: OwnUrls): readonly string[] {
  return [publicUrl, ...otherUrls];
}

/**
 * Two URLs with the same result are the same server. This is the host without the port. On a laptop the API and the
 * callback receivers share a host, so there loopback URLs are compared by their port.
 */
export function serverOf({ hostname, port }: URL, allowsLoopback: boolean): string {
  return allowsLoopback && isLoopbackHost(hostname) ? `loopback:${port}` : hostname.replace(/\.$/, "");
}
