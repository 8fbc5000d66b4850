import { createHook } from "node:async_hooks";
import { createServer } from "node:http";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { HOSTILE_NAMES, HOSTILE_ON_A_LAPTOP, HOSTILE_URLS, PUBLIC_URL } from "./hostile-urls.ts";
import { portOf, post, stopReceivers } from "./receivers.ts";

const hasIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

const deployed = { allowsLoopback: false, publicUrl: PUBLIC_URL };
const onLaptop = { allowsLoopback: true, publicUrl: "http://localhost:4000" };

/**
 * Connections that reached a listener on loopback, and all connections that this process started: before its SYN each
 * is a TCPCONNECTWRAP.
 */
let reached = 0;
let begun = 0;
const witness = createHook({
  init: (_id, type) => {
    if (type === "TCPCONNECTWRAP") begun++;
  },
});
const port = { v4: 0, v6: 0 };
/** The listeners' redirect target; undefined: they accept the callback. */
let redirectTo: string | undefined;

function listener() {
  const server = createServer((_request, response) =>
    redirectTo === undefined ? response.writeHead(204).end() : response.writeHead(307, { location: redirectTo }).end(),
  );
  return server.on("connection", () => {
    reached++;
  });
}

beforeAll(async () => {
  port.v4 = await portOf(listener());
  if (hasIpv6) port.v6 = await portOf(listener(), "::1");
  witness.enable();
});
afterAll(() => {
  witness.disable();
  stopReceivers();
});
beforeEach(() => {
  reached = 0;
  begun = 0;
  redirectTo = undefined;
});

/** A URL from the tables, with the listeners' ports filled in. */
function filled(url: string): string {
  return url.replaceAll("PORT4", String(port.v4)).replaceAll("PORT6", String(port.v6));
}

/** A resolver with one answer that counts its lookups. */
function resolver(...addresses: readonly string[]) {
  const asked: string[] = [];
  const lookup = async (hostname: string) => {
    asked.push(hostname);
    return addresses.map((address) => ({ address, family: isIP(address) }));
  };
  return { asked, lookup };
}

describe("a hostile callback URL", () => {
  it.each(HOSTILE_URLS)(
    "a hostile callback URL is rejected without a DNS lookup or a connection: %s",
    async (_why, url, error) => {
      const { asked, lookup } = resolver("127.0.0.1");
      expect(await post(filled(url), { ...deployed, lookup })).toEqual({ error });
      expect({ asked, begun, reached }).toEqual({ asked: [], begun: 0, reached: 0 });
    },
  );

  it.each(HOSTILE_NAMES)(
    "a hostile callback URL is rejected without a connection: a name of %s",
    async (_what, host, addresses) => {
      const { asked, lookup } = resolver(...addresses);
      const error = "callbacks go only to public addresses";
      expect(await post(filled(`https://${host}/`), { ...deployed, lookup })).toEqual({ error });
      expect({ asked, begun, reached }).toEqual({ asked: [host.replace(/:.*/, "")], begun: 0, reached: 0 });
    },
  );

  it.each(HOSTILE_ON_A_LAPTOP)(
    "a hostile callback URL is also rejected on a laptop: %s",
    async (_why, url, ...addresses) => {
      const { lookup } = resolver(...addresses);
      expect(await post(filled(url), { ...onLaptop, lookup })).toEqual({ error: expect.any(String) });
      expect({ begun, reached }).toEqual({ begun: 0, reached: 0 });
    },
  );

  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "http://127.0.0.1:PORT4/",
    "//127.0.0.1:PORT4/",
    "/elsewhere",
    "file:///etc/passwd",
  ])("a hostile callback URL is not followed when a receiver redirects to it: %s", async (location) => {
    redirectTo = filled(location);
    const { asked, lookup } = resolver("127.0.0.1");
    expect(await post(filled("http://receiver.example.com:PORT4/"), { ...onLaptop, lookup })).toEqual({ status: 307 });
    expect({ asked, begun, reached }).toEqual({ asked: ["receiver.example.com"], begun: 1, reached: 1 });
  });
});

describe("the witness servers of these tests", () => {
  it.each([
    ["an address", "http://127.0.0.1:PORT4/"],
    ["a decimal address", "http://2130706433:PORT4/"],
    ["a name", "http://receiver.example.com:PORT4/", "127.0.0.1"],
  ])("the witness servers of these tests receive a permitted callback: %s", async (_what, url, ...addresses) => {
    const { lookup } = resolver(...addresses);
    expect(await post(filled(url), { ...onLaptop, lookup })).toEqual({ status: 204 });
    expect({ begun, reached }).toEqual({ begun: 1, reached: 1 });
  });

  it.skipIf(!hasIpv6).each([
    ["an address", "http://[::1]:PORT6/"],
    ["a name", "http://receiver.example.com:PORT6/", "::1"],
  ])(
    "the witness servers of these tests receive a permitted callback over IPv6: %s",
    async (_what, url, ...addresses) => {
      const { lookup } = resolver(...addresses);
      expect(await post(filled(url), { ...onLaptop, lookup })).toEqual({ status: 204 });
      expect({ begun, reached }).toEqual({ begun: 1, reached: 1 });
    },
  );

  it("the witness servers of these tests notice a TLS connection that fails", async () => {
    const error = "the TLS connection failed";
    expect(await post(filled("https://127.0.0.1:PORT4/"), onLaptop)).toEqual({ error });
    expect({ begun, reached }).toEqual({ begun: 1, reached: 1 });
  });
});
