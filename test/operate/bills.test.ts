import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { billedOf } from "../../lambdas/job/billed.ts";
import { type FalEmulator, startFalEmulator } from "../../local/fal/emulator.ts";
import { startFunctionApi } from "../../local/stack/function-api.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { startSecrets } from "../../local/stack/secrets.ts";
import { correctBills } from "../../operate/bills.ts";
import type { Installation } from "../../operate/connect.ts";
import { BIRTH_MS, become, birth, ENDPOINT, jobError, policy } from "../support/jobs.ts";
import { createMemoryService } from "../support/memory-service.ts";

const by = "sweep" as const;
const adminKey = "admin-key";
let fal: FalEmulator;
let lambda: Awaited<ReturnType<typeof startFunctionApi>>;

beforeAll(async () => {
  fal = await startFalEmulator({ falKey: "plain-key", adminKey, renderSeconds: 0 });
  lambda = await startFunctionApi([{ id: "SubmitFunction", largestEventAgeMs: 1 }], {
    invoke: async () => ({ kind: "failed", reason: "unused" }),
    environmentOf: () => ({ FAL_KEY_SECRET_ID: "fal-key" }),
  });
});

afterAll(async () => {
  await lambda?.close();
  await fal?.close();
});

/** Two jobs that failed here: fal has rendered, and bills, the first. */
async function installed(key: string) {
  const request = {
    prompt: "p",
    image_url:
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  };
  const submitted = await fetch(`${fal.url}/queue.fal.run/${ENDPOINT}`, {
    method: "POST",
    headers: { authorization: `Key ${adminKey}`, "content-type": "application/json" },
    body: JSON.stringify(request),
  });
  const { request_id } = (await submitted.json()) as { request_id: string };
  const service = createMemoryService();
  for (const [last, requestId] of [
    ["aaaa", request_id],
    ["bbbb", "never-billed"],
  ] as const) {
    const failed = { at: BIRTH_MS, by, type: "failed", error: { ...jobError, fal_status: 422 } } as const;
    await service.add(
      become(
        birth({ id: `0193500000007000800000000000${last}` }),
        { at: BIRTH_MS, by, type: "accepted", requestId },
        failed,
      ),
    );
  }
  const secrets = await startSecrets(new Map([["fal-key", key]]));
  const installation: Installation = {
    name: "test",
    isLocal: true,
    tableName: "jobs",
    client: service.client,
    aws: (of) => ({ endpoint: of === "lambda" ? lambda.url : secrets.url, ...localCaller }),
    resourceOf: (id) => id,
  };
  return { service, secrets, request_id, correct: () => correctBills(installation, {}, fal.url, policy, Date.now) };
}

describe("the bills of jobs", () => {
  it("the bills of jobs correct what was unknown, once, and what has no bill stays unknown", async () => {
    const { service, secrets, request_id, correct } = await installed(adminKey);
    const outcome = () => fal.ledger().requests.find((each) => each.request_id === request_id)?.outcome;
    await expect.poll(outcome, { timeout: 60_000 }).toBeDefined();
    // At $0.08 for each second of the emulator's film.
    const usd = (outcome()?.billable_units ?? 0) * 0.08;
    expect(usd).toBeGreaterThan(0);
    expect(await correct()).toMatchObject({ unknown: 2, billed: 1, usd: expect.closeTo(usd) });
    const [first, second] = [...service.rows().values()];
    expect([first && billedOf(first), second && billedOf(second)]).toEqual(["yes", "unknown"]);
    expect(first).toMatchObject({ cost: { actual_usd: expect.closeTo(usd) } });
    expect(first?.timeline.at(-1)).toMatchObject({ event: "billed", by: "operator" });
    expect(await correct()).toMatchObject({ unknown: 1, billed: 0 });
    await secrets.close();
  }, 120_000);

  it("the bills of jobs need an admin key, and the command says so", async () => {
    const { secrets, correct } = await installed("plain-key");
    await expect(correct()).rejects.toThrow("admin key");
    await secrets.close();
  });
});
