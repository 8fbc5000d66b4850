import { isLoopbackHost } from "./public-host.ts";

/** Where this installation is reached. This decides what the URLs in a request mean. */
export interface Site {
  /** Base URL of the API, without a trailing slash. Upload URLs start with it, and callbacks must not call it. */
  readonly publicUrl: string;
  /** Other base URLs under which the API is reached, or was reached before. */
  readonly otherUrls?: readonly string[];
  /** Whether callbacks may go to this machine over plain http. Only for local development. */
  readonly allowsLoopbackCallbacks: boolean;
}

/** The endpoints that this installation accepts jobs for. */
export interface Offer extends Site {
  /** fal's model ids. A job without an endpoint runs on the first. */
  readonly endpoints: readonly [string, ...string[]];
}

/** Whether a URL is on a server of this API, under any of its names. */
export function isOwnServer(
  url: URL,
  { publicUrl, otherUrls = [] }: Pick<Site, "publicUrl" | "otherUrls">,
  allowsLoopback: boolean,
): boolean {
  const server = serverOf(url, allowsLoopback);
  return [publicUrl, ...otherUrls].some((own) => serverOf(new URL(own), allowsLoopback) === server);
}

/**
 * Two URLs with the same result are the same server. This is the host without the port. On a laptop the API and the
 * callback receivers share a host, so there loopback URLs are compared by their port.
 */
export function serverOf({ hostname, port }: URL, allowsLoopback: boolean): string {
  return allowsLoopback && isLoopbackHost(hostname) ? `loopback:${port}` : hostname.replace(/\.$/, "");
}
