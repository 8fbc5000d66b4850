import { isLoopbackHost } from "./public-host.ts";

/** The address of this installation. It decides how URLs from callers are interpreted. */
export interface Site {
  /**
   * Base URL of the API, without a trailing slash: URLs of our uploads start with it, and callbacks to it are refused.
   */
  readonly publicUrl: string;
  /** Whether callbacks may go to this machine over plain http: only for local development. */
  readonly allowsLoopbackCallbacks: boolean;
}

/** Which jobs this installation accepts. */
export interface Offer extends Site {
  /** fal's model ids; a job without an endpoint runs on the first. */
  readonly endpoints: readonly [string, ...string[]];
}

/**
 * The origin that a URL belongs to: its host, without the port. The port counts only on a laptop, where the API and
 * its receivers share a host.
 */
export function placeOf({ hostname, port }: URL, allowsLoopback: boolean): string {
  return allowsLoopback && isLoopbackHost(hostname) ? `loopback:${port}` : hostname.replace(/\.$/, "");
}
