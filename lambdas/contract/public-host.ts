import { BlockList, isIP } from "node:net";

/**
 * IPv4 networks that contain no public servers: private, loopback, link-local, shared, documentation, multicast,
 * reserved (rule P26, IANA's registry).
 */
const FORBIDDEN_IPV4 = blockList("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
]);

/**
 * Only 2000::/3 is public in IPv6, so everything outside it is forbidden (loopback, private, link-local, multicast, and
 * the mapped, compatible and NAT64 forms of IPv4). Inside it, these are forbidden: Teredo and other protocol
 * assignments, documentation, 6to4. Each family has its own list, because Node applies a rule for mapped IPv4 to all of
 * IPv4.
 */
const FORBIDDEN_IPV6 = blockList("ipv6", [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

const LOOPBACK_IPV4 = blockList("ipv4", [["127.0.0.0", 8]]);

/** Names that resolve only within a machine or its network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;
const LOOPBACK_NAME = /(^|\.)localhost\.?$/;

/**
 * Whether a URL's host may be a public server. Expects the host as the URL parser returns it: the parser has already
 * converted numbers in any notation to dotted form.
 */
export function isPublicHost(hostname: string): boolean {
  const address = addressIn(hostname);
  if (address !== undefined) return isPublicAddress(address);
  return !PRIVATE_NAME.test(hostname) && /\../.test(hostname);
}

/** Whether a URL's host, as the URL parser returns it, is this machine: `localhost`, 127.0.0.0/8, ::1. */
export function isLoopbackHost(hostname: string): boolean {
  const address = addressIn(hostname);
  return address === undefined ? LOOPBACK_NAME.test(hostname) : isLoopbackAddress(address);
}

/** The IP address in a URL's host; undefined if the host is a name. */
export function addressIn(hostname: string): string | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  return isIP(address) === 0 ? undefined : address;
}

/**
 * Whether an IP address may belong to a public server. False for an address with a zone, and for text that is not an
 * address.
 */
export function isPublicAddress(address: string): boolean {
  if (address.includes("%")) return false;
  const family = isIP(address);
  return (
    (family === 4 && !FORBIDDEN_IPV4.check(address, "ipv4")) || (family === 6 && !FORBIDDEN_IPV6.check(address, "ipv6"))
  );
}

/** Whether an IP address is a loopback address of this machine: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && LOOPBACK_IPV4.check(address, "ipv4"));
}

function blockList(family: "ipv4" | "ipv6", networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
  return list;
}
