import { describe, expect, it } from "vitest";
import { api } from "../../../lambdas/http/api.ts";
import { type Health, health } from "../../../lambdas/routes/health.ts";
import { conforming } from "../../support/conforming.ts";
import { gatewayEvent } from "../../support/events.ts";
import { collectLogs } from "../../support/logs.ts";

/** The route with a table and a key that count how often they are looked at, and a clock that the test sets. */
function open(looks: Partial<Health> = {}) {
  const state = { nowMs: 0, table: 0, key: 0 };
  const route = health({
    table: {
      read: async () => {
        state.table += 1;
        return undefined;
      },
    },
    hasFalKey: async () => {
      state.key += 1;
      return true;
    },
    now: () => state.nowMs,
    ...looks,
  });
  const handle = conforming("GET", "/health", api({ "GET /health": route }, "https://api.example.com"));
  const get = async () => {
    const { statusCode, body } = await handle(gatewayEvent({ method: "GET", resource: "/health", apiKeyId: null }));
    return [statusCode, JSON.parse(body).status];
  };
  return { state, get };
}

describe("GET /health", () => {
  it("P30: GET /health looks once in five seconds, however many ask", async () => {
    const { state, get } = open();
    expect(await Promise.all([get(), get(), get()])).toEqual(Array(3).fill([200, "ok"]));
    state.nowMs = 4_999;
    await get();
    expect([state.table, state.key]).toEqual([1, 1]);
    state.nowMs = 5_000;
    await get();
    expect([state.table, state.key]).toEqual([2, 2]);
  });

  it("GET /health is degraded without FAL_KEY", async () => {
    expect(await open({ hasFalKey: async () => false }).get()).toEqual([200, "degraded"]);
  });

  it("GET /health is down while the table fails, and up again after the next look", async () => {
    const { lines } = collectLogs();
    let isDown = true;
    const read = async () => {
      if (isDown) throw new Error("the table is down");
      return undefined;
    };
    const { state, get } = open({ table: { read } });
    expect(await get()).toEqual([503, "down"]);
    expect(lines).toMatchObject([{ message: "health check failed", check: "table" }]);
    isDown = false;
    state.nowMs = 5_000;
    expect(await get()).toEqual([200, "ok"]);
  });
});
