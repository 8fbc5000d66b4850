import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({ API_KEYS: "local-key,other-key", THROTTLE_PER_SECOND: "10" });
});

afterAll(() => stack?.close());

/** The answers to many requests at the same moment. */
function flood(requests: number, path: string, init: RequestInit = {}): Promise<Response[]> {
  return Promise.all(Array.from({ length: requests }, () => fetch(`${stack.url}${path}`, init)));
}

function count(answers: readonly Response[], wanted: number): number {
  return answers.filter(({ status }) => status === wanted).length;
}

describe("P30: too many requests", () => {
  it("too many requests of one key are refused, and leave the route to other keys", async () => {
    const withKey = (key: string) => ({ headers: { "x-api-key": key } });
    const [flooded, others] = await Promise.all([
      flood(100, "/jobs/unknown", withKey("local-key")),
      flood(5, "/jobs/unknown", withKey("other-key")),
    ]);
    expect(count(others, 404)).toBe(5);
    expect(count(flooded, 429)).toBeGreaterThan(50);
  });

  it.each(["/openapi.json", "/nowhere", "/jobs"])(
    "too many requests without a key are refused by the gateway: %s",
    async (path) => {
      const method = path === "/jobs" ? "PATCH" : "GET";
      const answers = await flood(100, path, { method });
      const [refused] = answers.filter(({ status }) => status === 429);
      expect(count(answers, 429)).toBeGreaterThan(50);
      expect(refused?.headers.get("retry-after")).toBe("1");
      expect(await refused?.json()).toMatchObject({ code: "throttled", status: 429 });
    },
  );

  it("too many preflights for that limit are answered: a browser needs one for every request", async () => {
    expect(count(await flood(50, "/jobs", { method: "OPTIONS" }), 204)).toBe(50);
  });

  it("too many webhooks for that limit reach their function: they are fal's", async () => {
    expect(count(await flood(50, "/webhooks/fal/unknown/token", { method: "POST" }), 429)).toBe(0);
  });
});
