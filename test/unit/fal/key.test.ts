import { describe, expect, it } from "vitest";
import { cachedFalKey } from "../../../lambdas/fal/key.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** A cached key over a secret that the test sets: a value, nothing, or an error. */
function keyOf(secret: string | Error | undefined) {
  const world = { secret, nowMs: 1_000_000, reads: 0 };
  const key = cachedFalKey(
    async () => {
      world.reads++;
      if (world.secret instanceof Error) throw world.secret;
      return world.secret;
    },
    () => world.nowMs,
  );
  return { key, world };
}

const down = new Error("Secrets Manager is down");

describe("a FAL_KEY", () => {
  it("a FAL_KEY is read once and cached for five minutes", async () => {
    const { key, world } = keyOf("one");
    expect(await key()).toBe("one");
    world.secret = "two";
    world.nowMs += 5 * minuteMs - 1;
    expect([await key(), world.reads]).toEqual(["one", 1]);
    world.nowMs += 1;
    expect([await key(), world.reads]).toEqual(["two", 2]);
  });

  it("P33: a FAL_KEY that fal refuses is read again soon, so that a key stored later is used", async () => {
    const { key, world } = keyOf("wrong");
    await key();
    world.secret = "right";
    key.refused?.();
    expect([await key(), world.reads]).toEqual(["wrong", 1]);
    world.nowMs += 5 * secondMs;
    expect([await key(), world.reads]).toEqual(["right", 2]);
  });

  it("a FAL_KEY that is missing is read again soon, so that a key set later is used", async () => {
    const { key, world } = keyOf(undefined);
    expect([await key(), await key(), world.reads]).toEqual([undefined, undefined, 1]);
    world.secret = "new";
    world.nowMs += 5 * secondMs;
    expect(await key()).toBe("new");
  });

  it("a FAL_KEY that is removed is gone when it is read again", async () => {
    const { key, world } = keyOf("one");
    await key();
    world.secret = undefined;
    world.nowMs += 5 * minuteMs;
    expect(await key()).toBeUndefined();
  });

  it("a FAL_KEY is served stale while its secret cannot be read, without reading each time, and renewed afterwards", async () => {
    const { key, world } = keyOf("one");
    await key();
    world.secret = down;
    world.nowMs += 60 * minuteMs;
    expect([await key(), await key(), world.reads]).toEqual(["one", "one", 2]);
    world.secret = "two";
    world.nowMs += 5 * secondMs;
    expect(await key()).toBe("two");
  });

  it("a FAL_KEY that was never read throws while its secret cannot be read, and works once it can", async () => {
    const { key, world } = keyOf(down);
    await expect(key()).rejects.toBe(down);
    await expect(key()).rejects.toBe(down);
    world.secret = "one";
    expect(await key()).toBe("one");
  });

  it("a FAL_KEY that was missing throws while its secret cannot be read, because it may exist by now", async () => {
    const { key, world } = keyOf(undefined);
    await key();
    world.secret = down;
    world.nowMs += 5 * secondMs;
    await expect(key()).rejects.toBe(down);
  });
});
