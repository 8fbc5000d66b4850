import { randomUUID } from "node:crypto";
import { z } from "zod";
import { falUrl } from "../lambdas/fal/url.ts";
import { billedOf } from "../lambdas/job/billed.ts";
import type { Policy } from "../lambdas/job/event.ts";
import type { Billed, Job } from "../lambdas/job/job.ts";
import { openJobTable } from "../lambdas/table/job-table.ts";
import { openJobs } from "../lambdas/table/jobs.ts";
import { type Installation, OpsError } from "./connect.ts";
import { readFalKey } from "./fal.ts";
import { type ReadCount, selectJobs, type Where } from "./where.ts";

/** The most request ids of one call. */
const PAGE_IDS = 50;
const timeoutMs = 20_000;

const billsSchema = z.object({
  billing_events: z.array(
    z.object({ request_id: z.string(), output_units: z.number(), cost_total: z.number().nullish() }),
  ),
});

export interface Corrected {
  /** Jobs of which it was unknown whether fal bills them. */
  readonly unknown: number;
  /** Of them, those that fal has billed. */
  readonly billed: number;
  readonly usd: number;
  readonly read: ReadCount;
}

/**
 * Asks fal for the bills of jobs whose `billed` is unknown, and writes them to the jobs. A job without a bill stays
 * unknown: fal may bill it later. Throws OpsError if the key may not read bills: only admin keys may.
 */
export async function correctBills(
  installation: Installation,
  where: Where,
  falEndpointUrl: string | undefined,
  policy: Policy,
  now: () => number,
): Promise<Corrected> {
  const key = await readFalKey(installation);
  if (key === undefined) throw new OpsError("no fal key is stored: npm run ops -- fal-key set");
  const table = openJobTable(installation.tableName, now, installation.client);
  const jobs = openJobs({ table, policy, now, newWriteId: randomUUID });
  const read: ReadCount = { rows: 0, by: "a scan of the table" };
  const total = { unknown: 0, billed: 0, usd: 0 };
  for await (const page of selectJobs(installation, where, read, undefined, "stable")) {
    const unknown = page.jobs.filter((job) => billedOf(job) === "unknown" && job.request_id !== undefined);
    total.unknown += unknown.length;
    for (let start = 0; start < unknown.length; start += PAGE_IDS) {
      const asked = unknown.slice(start, start + PAGE_IDS);
      const bills = await readBills(key, falEndpointUrl, asked);
      for (const job of asked) {
        const billed = bills.get(job.request_id ?? "");
        if (billed === undefined) continue;
        await jobs.advance(job, "operator", { type: "bill_read", billed });
        total.billed++;
        total.usd += billed.actual_usd;
      }
    }
  }
  return { ...total, usd: Math.round(total.usd * 10_000) / 10_000, read };
}

/** The bills of some jobs, by request id. */
async function readBills(
  key: string,
  falEndpointUrl: string | undefined,
  jobs: readonly Job[],
): Promise<ReadonlyMap<string, Billed>> {
  const earliest = Math.min(...jobs.map(({ created_at }) => Date.parse(created_at)));
  const query = new URLSearchParams({ start: new Date(earliest).toISOString() });
  for (const { request_id = "" } of jobs) query.append("request_id", request_id);
  const url = falUrl(`https://api.fal.ai/v1/models/billing-events?${query}`, falEndpointUrl);
  const headers = { authorization: `Key ${key}` };
  const response = await fetch(url, { headers, redirect: "error", signal: AbortSignal.timeout(timeoutMs) });
  if (response.status === 403 || response.status === 401)
    throw new OpsError("fal does not let this key read bills: store an admin key, or read them in fal's dashboard");
  if (response.status !== 200) throw new OpsError(`fal answered ${response.status} to the question for bills`);
  const { billing_events } = billsSchema.parse(await response.json());
  const bills = new Map<string, Billed>();
  for (const { request_id, output_units, cost_total } of billing_events) {
    const before = bills.get(request_id) ?? { billable_units: 0, actual_usd: 0 };
    bills.set(request_id, {
      billable_units: before.billable_units + output_units,
      actual_usd: before.actual_usd + (cost_total ?? 0),
    });
  }
  return bills;
}
