import { BlockList, isIP } from "node:net";

/** Networks that no URL of a caller's may name: private, loopback, link-local, shared, multicast, and what wraps IPv4 in IPv6 (rule P26). */
const FORBIDDEN_NETWORKS = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
  ["::", 127],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["2002::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const;

const forbidden = new BlockList();
for (const [network, prefix] of FORBIDDEN_NETWORKS)
  forbidden.addSubnet(network, prefix, network.includes(":") ? "ipv6" : "ipv4");

/** Names that never lead out of a machine or its network. */
const PRIVATE_NAME = /(^|\.)(localhost|local|internal|home\.arpa)\.?$/;

/** Whether a URL's host, as the URL parser gives it (numbers in any notation are dotted by then), may be somebody's public server. */
export function isPublicHost(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, "$1");
  const family = isIP(address);
  if (family === 0) return !PRIVATE_NAME.test(address) && address.includes(".");
  return !forbidden.check(address, family === 6 ? "ipv6" : "ipv4");
}
