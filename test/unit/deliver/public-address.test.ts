import { describe, expect, it } from "vitest";
import { isLoopbackAddress, isPublicAddress } from "../../../lambdas/contract/public-host.ts";

describe("an address", () => {
  it.each(["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "192.0.1.1", "223.255.255.255"])(
    "an address may be a public server's: %s",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each(["2606:4700:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2a00:1450:4001::1", "2600::"])(
    "an address of IPv6 may be a public server's: %s",
    (address) => expect(isPublicAddress(address)).toBe(true),
  );

  it.each([
    ...["0.1.2.3", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "169.254.0.1", "172.16.0.1"],
    ...["192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1"],
    ...["203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"],
    ...["::", "::1", "::7f00:1", "::ffff:8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1", "100::1"],
    ...["2001::1", "2001:20::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fdff::1"],
    ...["fe80::1", "fe80::1%eth0", "2606:4700:4700::1111%1", "fec0::1", "ff02::1"],
    ...["", "localhost", "127.1", "2130706433", "[::1]"],
  ])("an address is not a public server's: %s", (address) => expect(isPublicAddress(address)).toBe(false));

  it.each([
    ["127.0.0.1", true],
    ["127.255.255.255", true],
    ["::1", true],
    ["128.0.0.1", false],
    ["::ffff:127.0.0.1", false],
    ["::2", false],
    ["0.0.0.0", false],
    ["localhost", false],
  ])("%s is this machine's own: %s", (address, own) => expect(isLoopbackAddress(address)).toBe(own));
});
