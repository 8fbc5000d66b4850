import { afterEach, describe, expect, it, vi } from "vitest";
import { cached, secretProbe, secretReader } from "../../../lambdas/aws/secret.ts";
import { type Secrets, startSecrets } from "../../../local/stack/secrets.ts";

describe("a secret", () => {
  let secrets: Secrets | undefined;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await secrets?.close();
  });

  it.each([
    ["its value", "the-key", "the-key"],
    ["its value without the newline that an editor left", " the-key\n", "the-key"],
    ["nothing when it is blank", " \n", undefined],
    ["nothing when it has no value (A8)", undefined, undefined],
  ])("a secret reads as %s", async (_, value, expected) => {
    secrets = await startSecrets(new Map(value === undefined ? [] : [["a-secret", value]]));
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    expect(await secretReader("a-secret")()).toBe(expected);
  });

  it.each([
    ["has a value", [["a-secret", "the-key"]], true],
    ["does not exist", [], false],
  ] as const)("a secret that %s is told without reading its value", async (_, values, expected) => {
    secrets = await startSecrets(new Map(values));
    vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", secrets.url);
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    expect(await secretProbe("a-secret")()).toBe(expected);
  });
});

describe("the master secret", () => {
  /** The secret, and Secrets Manager's successive answers. */
  function answering(...answers: readonly (string | Error | undefined)[]) {
    const left = [...answers];
    return cached(async () => {
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    });
  }

  it("the master secret is read once", async () => {
    const read = answering("one", "two");
    expect([await read(), await read()]).toEqual(["one", "one"]);
  });

  it.each([
    ["cannot be read", new Error("down"), "down"],
    ["has no value", undefined, "no value"],
  ])("the master secret that %s throws, and is read again the next time", async (_, first, message) => {
    const read = answering(first, "one");
    await expect(read()).rejects.toThrow(message);
    expect(await read()).toBe("one");
  });
});
