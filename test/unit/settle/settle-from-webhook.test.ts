import { expect, it } from "vitest";
import { readDelivery } from "../../../lambdas/fal/webhook.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { settleDelivery } from "../../../lambdas/settle/settle-from-webhook.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { BIRTH_MS, become, birth, jobResult, policy } from "../../support/jobs.ts";
import { PRICES } from "../../support/prices.ts";
import { unusedTable } from "../../support/unused-table.ts";

const body = { request_id: "req-1", status: "OK", payload: { video: { url: "https://v3.fal.media/a.mp4" } } };
const settled = become(
  birth(),
  { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" },
  { at: BIRTH_MS, by: "sweep", type: "succeeded", requestId: "req-1", result: jobResult },
);

/**
 * The outcome of a webhook for the settled job when the table rejects the blind settle with this row; any other call
 * to the table throws.
 */
async function settleRefusedWith(current: Job | undefined, hash = settled.token_hash): Promise<boolean> {
  const table = { ...unusedTable(), settle: async () => ({ outcome: "refused", current, isDeleted: false }) as const };
  const newWriteId = () => "write";
  const unused = () => Promise.reject(new Error("unexpected call"));
  const jobs = openJobs({ table, policy, now: () => BIRTH_MS, newWriteId });
  const service = { table, jobs, bucket: unused, prices: PRICES, publicUrl: "", falEndpointUrl: undefined, newWriteId };
  const delivery = readDelivery(Buffer.from(JSON.stringify(body)), undefined);
  if (delivery === undefined) throw new Error("no delivery");
  return settleDelivery(service, settled.id, hash, delivery);
}

it("a rejected settle is judged by the row returned with the rejection, without a second read", async () => {
  expect(await settleRefusedWith(settled)).toBe(true);
  expect(await settleRefusedWith(settled, "another's")).toBe(false);
  expect(await settleRefusedWith(undefined)).toBe(false);
});
