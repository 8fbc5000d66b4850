import { expect, it } from "vitest";
import { handleWith } from "../../../lambdas/http/api.ts";
import { acceptJob } from "../../../lambdas/routes/create-job.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { gatewayEvent } from "../../support/events.ts";
import { policy, privacy, routing } from "../../support/jobs.ts";
import { unscriptedFal } from "../../support/memory-service.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

it("P16: when it is unknown whether a job was recorded, the 503 names it, and nothing is sent", async () => {
  let isSent = false;
  const unreachable = () => Promise.reject(new Error("the table is silent"));
  const left: unknown[] = [];
  const table = unusedTable("the table is silent");
  const newWriteId = () => "write";
  const route = acceptJob({
    table,
    jobs: openJobs({ table, policy, now: Date.now, newWriteId }),
    readUpload: unreachable,
    connectFal: async () => {
      const submitToFal = async () => {
        isSent = true;
        throw new Error("unexpected call");
      };
      return {
        fal: { ...unscriptedFal, submitToFal },
        access: { key: "key", falEndpointUrl: undefined, privacy, routing },
      };
    },
    circuitBreaker: {
      tryEnter: async () => ({ pass: { leave: async (submission) => void left.push(submission) } }),
      reason: () => undefined,
    },
    owners: new Map(),
    endpoints: ["decart/lucy-14b/image-to-video"],
    publicUrl: "https://api.example.com",
    allowsLoopbackCallbacks: false,
    budgets: new Map(),
    prices: PRICES,
    typicalDuration: { seconds: async () => undefined, secondsLeft: async () => 2 },
    pause: unreachable,
    waitsPerOwner: 10,
    policy,
    now: Date.now,
    random: Math.random,
    randomBytes: (size) => new Uint8Array(size),
    newWriteId,
  });
  const body = JSON.stringify({ input: { prompt: "p", image_url: "https://example.com/a.jpg" } });
  const answer = await handleWith(route, "https://api.example.com")(gatewayEvent({ body }));
  expect(answer.statusCode).toBe(503);
  expect(JSON.parse(answer.body)).toMatchObject({
    code: "table_unavailable",
    instance: expect.stringMatching(/^https:\/\/api\.example\.com\/jobs\/[0-9a-f]{32}$/),
  });
  expect(isSent).toBe(false);
  // Leaves the circuit breaker again, so that no probe stays open for ever (P17).
  expect(left).toEqual([undefined]);
});
