import type { LookupAddress } from "node:dns";
import { lookup as lookupName } from "node:dns/promises";
import { once } from "node:events";
import { isIP } from "node:net";
import { parseUrl } from "../contract/parse-url.ts";
import {
  addressIn,
  isLoopbackAddress,
  isLoopbackHost,
  isPublicAddress,
  isPublicHost,
} from "../contract/public-host.ts";
import { isOwnServer } from "../contract/site.ts";

/** Rules for permitted callback targets. */
export interface TargetRules {
  /** Local development only, never deployed: also permits loopback addresses and plain http. */
  readonly allowsLoopback: boolean;
  /** Base URL of our own API, which never receives callbacks. */
  readonly publicUrl: string;
  /** Other base URLs of our own API. */
  readonly otherUrls?: readonly string[] | undefined;
  /** Resolves a name to all its addresses; rejects if it has none. Default: the system's resolver. */
  readonly lookup?: (hostname: string) => Promise<readonly LookupAddress[]>;
}

/** Where a callback goes. Each of these addresses was validated. */
export interface CallbackTarget {
  readonly url: URL;
  readonly addresses: readonly LookupAddress[];
}

/** The URL is not permitted as a target; the message says why. */
export class RefusedTarget extends Error {
  override readonly name = "RefusedTarget";
}

/**
 * Resolves and validates callback URLs, which are untrusted input. A name is resolved once, and one forbidden address
 * rejects the whole name (rule P26). The returned function throws RefusedTarget, the resolver's error, or the
 * deadline's reason if the deadline passes first.
 */
export function targetFinder(
  rules: TargetRules,
): (callbackUrl: string, deadline: AbortSignal) => Promise<CallbackTarget> {
  return async (callbackUrl, deadline) => {
    const url = permittedUrl(callbackUrl, rules);
    if (isOwnServer(url, rules, rules.allowsLoopback))
      throw new RefusedTarget("callbacks must not call this API itself");
    const addresses = await addressesOf(url, rules, deadline);
    if (addresses.length === 0) throw new RefusedTarget("the host name could not be resolved");
    if (!addresses.every(({ address }) => isPermitted(address, rules))) throw notPublic();
    return { url, addresses };
  };
}

/** Rejects what the URL text alone already forbids, before any name is resolved. */
function permittedUrl(text: string, { allowsLoopback }: TargetRules): URL {
  const url = parseUrl(text);
  if (url === undefined) throw new RefusedTarget("the callback URL is malformed");
  if (url.protocol !== "https:" && !(allowsLoopback && url.protocol === "http:"))
    throw new RefusedTarget("callbacks go only to https URLs");
  if (url.username !== "" || url.password !== "")
    throw new RefusedTarget("the callback URL contains a user name or a password");
  if (!isPublicHost(url.hostname) && !(allowsLoopback && isLoopbackHost(url.hostname))) throw notPublic();
  return url;
}

function addressesOf(
  { hostname }: URL,
  { lookup = lookupAll }: TargetRules,
  deadline: AbortSignal,
): Promise<readonly LookupAddress[]> {
  const literal = addressIn(hostname);
  if (literal !== undefined) return Promise.resolve([{ address: literal, family: isIP(literal) }]);
  const expired = once(deadline, "abort").then(() => Promise.reject(deadline.reason));
  return Promise.race([lookup(hostname), expired]);
}

function lookupAll(hostname: string): Promise<LookupAddress[]> {
  return lookupName(hostname, { all: true, verbatim: true });
}

function isPermitted(address: string, { allowsLoopback }: TargetRules): boolean {
  return isPublicAddress(address) || (allowsLoopback && isLoopbackAddress(address));
}

function notPublic(): RefusedTarget {
  return new RefusedTarget("callbacks go only to public addresses");
}
