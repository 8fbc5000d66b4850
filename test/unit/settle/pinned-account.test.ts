import { createPublicKey } from "node:crypto";
import { expect, it } from "vitest";
import { handleWith } from "../../../lambdas/http/api.ts";
import { receiveWebhook } from "../../../lambdas/routes/receive-webhook.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { signed, signingKey } from "../../simulation/fal.ts";
import { gatewayEvent } from "../../support/events.ts";
import { policy } from "../../support/jobs.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

const now = Date.parse("2026-11-22T12:00:00.000Z");
const keys = [createPublicKey(signingKey)];

/** The answer to a valid webhook of `user_fal` when webhooks are pinned to an account. */
async function answerWhenPinnedTo(falUserId: string | undefined): Promise<number> {
  let settles = 0;
  const settle = async () => {
    settles++;
    return { outcome: "written" } as const;
  };
  const unused = () => Promise.reject(new Error("unexpected call"));
  const table = { ...unusedTable(), settle };
  const newWriteId = () => "write";
  const route = receiveWebhook({
    table,
    jobs: openJobs({ table, policy, now: () => now, newWriteId }),
    keys: { current: async () => keys, refreshed: async () => keys },
    bucket: unused,
    prices: PRICES,
    publicUrl: "https://api.example.com",
    falUserId,
    falEndpointUrl: undefined,
    now: () => now,
    newWriteId,
  });
  const body = JSON.stringify({
    request_id: "req-1",
    status: "OK",
    payload: { video: { url: "https://v3.fal.media/a.mp4" } },
  });
  const event = gatewayEvent({
    resource: "/webhooks/fal/{id}/{token}",
    pathParameters: { id: "a".repeat(32), token: "t".repeat(43) },
    headers: signed(Buffer.from(body), "req-1", now),
    body,
  });
  const { statusCode } = await handleWith(route, "https://api.example.com")(event);
  expect(settles).toBe(statusCode === 200 ? 1 : 0);
  return statusCode;
}

it("webhooks of any account are accepted while none is pinned, and of the pinned one only afterwards", async () => {
  expect(await answerWhenPinnedTo(undefined)).toBe(200);
  expect(await answerWhenPinnedTo("user_fal")).toBe(200);
  expect(await answerWhenPinnedTo("user_other")).toBe(401);
});
