import { BlockList, isIP, isIPv4 } from "node:net";

/**
 * IPv4 networks that are not public: private, loopback, link-local, shared, documentation, multicast and reserved
 * addresses (rule P26; the IANA registry).
 */
const forbiddenIpv4 = blockList("ipv4", [
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
 * Only 2000::/3 is public in IPv6. Everything outside it is refused (loopback, private, link-local, multicast, and IPv4
 * in its mapped, compatible and NAT64 forms). Inside it, these are refused too: Teredo and other protocol ranges,
 * documentation, 6to4. Each family has its own list, because Node applies a rule for mapped IPv4 addresses to all of
 * IPv4.
 */
const forbiddenIpv6 = blockList("ipv6", [
  ["::", 3],
  ["4000::", 2],
  ["8000::", 1],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

const loopbackIpv4 = blockList("ipv4", [["127.0.0.0", 8]]);

/** Host names that always stay inside a machine or its network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;
const LOOPBACK_NAME = /(^|\.)localhost\.?$/;

/**
 * Whether a URL's host may be a public server. The host must come from the URL parser, which writes every numeric
 * notation with dots.
 */
export function isPublicHost(hostname: string): boolean {
  const address = addressIn(hostname);
  if (address !== undefined) return isPublicAddress(address);
  return !PRIVATE_NAME.test(hostname) && /\../.test(hostname);
}

/** Whether a URL's host, as returned by the URL parser, is this machine: `localhost`, 127.0.0.0/8 or ::1. */
export function isLoopbackHost(hostname: string): boolean {
  const address = addressIn(hostname);
  return address === undefined ? LOOPBACK_NAME.test(hostname) : isLoopbackAddress(address);
}

/** The IP address in a URL's host; undefined if the host is a name. */
export function addressIn(hostname: string): string | undefined {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  // To make Node's pattern of IPv6 takes 4 ms of a cold start.
  const isAddress = address.includes(":") ? isIP(address) !== 0 : isIPv4(address);
  return isAddress ? address : undefined;
}

/** Whether an IP address is public. False for an address with a zone and for text that is not an address. */
export function isPublicAddress(address: string): boolean {
  if (address.includes("%")) return false;
  const family = isIP(address);
  return (
    (family === 4 && !forbiddenIpv4().check(address, "ipv4")) ||
    (family === 6 && !forbiddenIpv6().check(address, "ipv6"))
  );
}

/** Whether an IP address belongs to this machine: 127.0.0.0/8 or ::1. */
export function isLoopbackAddress(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && loopbackIpv4().check(address, "ipv4"));
}

/** Made on first use: most hosts are names. */
function blockList(family: "ipv4" | "ipv6", networks: readonly (readonly [string, number])[]): () => BlockList {
  let list: BlockList | undefined;
  return () => {
    if (list === undefined) {
      list = new BlockList();
      for (const [network, prefix] of networks) list.addSubnet(network, prefix, family);
    }
    return list;
  };
}
