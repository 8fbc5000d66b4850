import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Answer,
  addFaults,
  call,
  hostedImage,
  inlineImage,
  readLedger,
  submit,
  waitUntilSettled,
} from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

/** The daily budget of each owner; a job is estimated at $0.40. */
const budgetUsd = 1;
const jobUsd = 0.4;
const daySeconds = 86_400;
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({
    DAILY_BUDGETS: JSON.stringify({ "*": budgetUsd }),
    API_KEYS: "local-key,spender,batcher",
    FIRST_CHECK_SECONDS: "1",
  });
});

afterAll(() => stack?.close());

describe("POST /jobs/validate", () => {
  it("POST /jobs/validate returns the job and its estimated cost, and creates nothing", async () => {
    const { posts } = await readLedger(stack.falUrl);
    const body = JSON.stringify({ input: { prompt: "waves", image_url: inlineImage } });
    const valid = await call(stack.url, "/jobs/validate", { method: "POST", body });
    expect([valid.status, valid.body]).toMatchObject([
      200,
      {
        endpoint: "decart/lucy-14b/image-to-video",
        input: { prompt: "waves", resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
        cost: { estimated_usd: jobUsd },
      },
    ]);
    expect(valid.body).not.toHaveProperty("id");
    const older = await call(stack.url, "/jobs?validate_only=true", { method: "POST", body });
    expect([older.status, older.body]).toEqual([200, valid.body]);
    const wrong = await call(stack.url, "/jobs/validate", { method: "POST", body: '{"input": {}}' });
    expect([wrong.status, wrong.body.code]).toEqual([422, "invalid_request"]);
    expect((await call(stack.url, "/jobs")).body).toEqual({ data: [] });
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(posts.length);
  });
});

describe("a job's cost", () => {
  it("a job's cost is estimated when the job is created, and replaced by fal's billed units when reported", async () => {
    // Only the result contains the billed units, and it is fetched when the webhook does not come.
    await addFaults(stack.falUrl, { prompt: "billed", webhook: { drop: true } });
    const { body } = await order("billed");
    expect(body.cost).toEqual({ estimated_usd: jobUsd });
    const job = await waitUntilSettled(stack.url, body.id);
    expect(job).toMatchObject({
      status: "succeeded",
      settled_by: "sweep",
      cost: { estimated_usd: jobUsd, billable_units: 2.5, actual_usd: 0.2 },
    });
  });
});

describe("an owner's daily budget", () => {
  it("an owner's daily budget rejects a job that would exceed it, and names the budget", async () => {
    const key = { "x-api-key": "spender" };
    const orders = [await order("one", { ...key, "idempotency-key": "one" }), await order("two", key)];
    expect(orders.map(({ status }) => status)).toEqual([202, 202]);
    const { posts } = await readLedger(stack.falUrl);
    const refused = await order("three", key);
    expect([refused.status, refused.body.code]).toEqual([429, "budget_exceeded"]);
    expect(refused.body.detail).toContain(`daily budget of $${budgetUsd}`);
    const retryAfter = Number(refused.headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(daySeconds);
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(posts.length);
    expect((await order("one", { ...key, "idempotency-key": "one" })).status).toBe(200);
  });

  it("an owner's daily budget also applies within a batch", async () => {
    const jobs = ["one", "two", "three"].map((prompt) => ({ input: { prompt, image_url: hostedImage } }));
    const init = { method: "POST", headers: { "x-api-key": "batcher" }, body: JSON.stringify({ jobs }) };
    const { body } = await call(stack.url, "/jobs/batch", init);
    const results = body.results as { status: number; problem?: { code: string } }[];
    expect(results.map(({ status }) => status).toSorted()).toEqual([202, 202, 429]);
    expect(results.flatMap(({ problem }) => problem?.code ?? [])).toEqual(["budget_exceeded"]);
  });
});

function order(prompt: string, headers: Record<string, string> = {}): Promise<Answer> {
  return submit(stack.url, { prompt, image_url: hostedImage }, headers);
}
