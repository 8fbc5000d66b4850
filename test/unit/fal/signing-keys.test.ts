import type { KeyObject } from "node:crypto";
import { describe, expect, it } from "vitest";
import { cachedSigningKeys, parseJwks } from "../../../lambdas/fal/signing-keys.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const keyA = parseJwks(jwks(1));
const keyB = parseJwks(jwks(2));

function jwks(fill: number) {
  return { keys: [{ kty: "OKP", crv: "Ed25519", x: Buffer.alloc(32, fill).toString("base64url") }] };
}

/** A key host whose answers and clock the test sets. */
function host() {
  const world = { nowMs: 0, fetches: 0, answer: keyA as readonly KeyObject[] | Error };
  const cache = cachedSigningKeys(
    async () => {
      world.fetches++;
      if (world.answer instanceof Error) throw world.answer;
      return world.answer;
    },
    () => world.nowMs,
  );
  return { world, cache };
}

describe("the signing-key cache", () => {
  it("the signing-key cache fetches once and serves the keys for a day", async () => {
    const { world, cache } = host();
    await cache.current();
    world.nowMs = DAY_MS - 1;
    expect(await cache.current()).toBe(keyA);
    expect(world.fetches).toBe(1);
    world.nowMs = DAY_MS;
    await cache.current();
    expect(world.fetches).toBe(2);
  });

  it("the signing-key cache shares one fetch among all who wait for it", async () => {
    const { world, cache } = host();
    await Promise.all([cache.current(), cache.current(), cache.refreshed()]);
    expect(world.fetches).toBe(1);
  });

  it("the signing-key cache picks up rotated keys, fetching at most every 30 s", async () => {
    const { world, cache } = host();
    await cache.current();
    world.answer = keyB;
    world.nowMs = 29_999;
    expect(await cache.refreshed()).toBe(keyA);
    world.nowMs = 30_000;
    expect(await cache.refreshed()).toBe(keyB);
    expect(await cache.refreshed()).toBe(keyB);
    expect(world.fetches).toBe(2);
  });

  it("the signing-key cache serves stale keys while the key host is down, without fetching at every call", async () => {
    const { world, cache } = host();
    await cache.current();
    world.nowMs = DAY_MS;
    world.answer = new Error("down");
    expect(await cache.current()).toBe(keyA);
    expect(await cache.current()).toBe(keyA);
    expect(world.fetches).toBe(2);
  });

  it("the signing-key cache throws, and accepts nothing, when keys were never loaded; and recovers", async () => {
    const { world, cache } = host();
    world.answer = new Error("down");
    await expect(cache.current()).rejects.toThrow("down");
    await expect(cache.refreshed()).rejects.toThrow("down");
    world.answer = keyA;
    expect(await cache.current()).toBe(keyA);
  });
});

describe("a JWKS", () => {
  it("a JWKS yields its Ed25519 keys and ignores others", () => {
    expect(parseJwks({ keys: [{ kty: "RSA", n: "x", e: "AQAB" }, ...jwks(1).keys] })).toHaveLength(1);
  });

  it.each([undefined, null, [], {}, { keys: [] }, { keys: "x" }, { keys: [null] }, { keys: [{ kty: "OKP" }] }])(
    "%j without a usable key is an error",
    (value) => {
      expect(() => parseJwks(value)).toThrow("no Ed25519 key");
    },
  );
});
