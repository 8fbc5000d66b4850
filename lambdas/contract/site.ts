import { isLoopbackHost } from "./public-host.ts";

/** Where this installation is, which decides what URLs of callers mean. */
export interface Site {
  /** Base of the API, without a trailing slash: our own uploads begin with it, and no callback may go there. */
  readonly publicUrl: string;
  /** Whether callbacks may go to this machine over plain http: local development only. */
  readonly allowsLoopbackCallbacks: boolean;
}

/** What this installation takes jobs for. */
export interface Offer extends Site {
  /** fal's model ids; a job that names none runs on the first. */
  readonly endpoints: readonly [string, ...string[]];
}

/** Whose a URL is: its host's, whatever the port. Only on a laptop do the API and its receivers share a host. */
export function placeOf({ hostname, port }: URL, allowsLoopback: boolean): string {
  return allowsLoopback && isLoopbackHost(hostname) ? `loopback:${port}` : hostname.replace(/\.$/, "");
}
