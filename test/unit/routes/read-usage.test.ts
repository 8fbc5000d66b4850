import { describe, expect, it } from "vitest";
import { toRequest } from "../../../lambdas/http/request.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { USAGE_MAX_JOBS } from "../../../lambdas/limits.ts";
import { readUsage } from "../../../lambdas/routes/read-usage.ts";
import { gatewayEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";

const dayMs = 86_400_000;
const by = "sweep" as const;

/** A job that was created a number of days after the first, with these events a second later each. */
function job(number: number, days: number, ...events: ((at: number) => JobEvent)[]): Job {
  const id = `01935000000070008000000000${number.toString(16).padStart(6, "0")}`;
  const created = BIRTH_MS + days * dayMs;
  const created_at = new Date(created).toISOString();
  const row = { ...birth({ id }), created_at, created_at_id: `${created_at}#${id}` };
  return become(row, ...events.map((event, index) => event(created + (index + 1) * 1000)));
}

const accepted = (at: number): JobEvent => ({ at, by, type: "accepted", requestId: "r" });
const succeeded = (at: number): JobEvent => {
  const video = { ...jobResult.video, duration_seconds: 5 };
  return { at, by, type: "succeeded", result: { video }, billed: { billable_units: 5, actual_usd: 0.4 } };
};
const failed = (at: number): JobEvent => {
  return { at, by, type: "failed", error: { ...jobError, code: "infrastructure_failed", fal_status: 503 } };
};

async function serviceWith(...jobs: Job[]) {
  const service = createMemoryService({
    deletePayloadsAtFal: async () => "deleted",
    submitToFal: async () => ({ outcome: "accepted", requestId: "r" }),
  });
  for (const each of jobs) await service.add(each);
  service.state.nowMs = BIRTH_MS + 3 * dayMs;
  const read = async (query: Record<string, string | string[]> = {}, apiKeyId = "owner-1") => {
    const event = gatewayEvent({ method: "GET", resource: "/usage", query, headers: {}, apiKeyId });
    const { statusCode, body } = await service.usage(event);
    return { status: statusCode, body: JSON.parse(body) };
  };
  return { service, read };
}

const three = () => [job(1, 0, accepted, succeeded), job(2, 1, accepted, failed), job(3, 1)];

describe("an owner's usage", () => {
  it("an owner's usage is the sum of the owner's own jobs", async () => {
    const { read } = await serviceWith(...three());
    const { status, body } = await read();
    expect(status).toBe(200);
    expect(body.total).toEqual({
      jobs: 3,
      open: 1,
      succeeded: 1,
      failed: 1,
      canceled: 0,
      expired: 0,
      billed: { yes: 1, no: 1, unknown: 0 },
      estimated_usd: 0.8,
      actual_usd: 0.4,
      video_seconds: 5,
      seconds_to_terminal: { p50: 2, p95: 2 },
    });
    expect((await read({}, "owner-2")).body.total.jobs).toBe(0);
  });

  it("an owner's usage is grouped by day or endpoint, in order, and the groups add up to the total", async () => {
    const { read } = await serviceWith(...three());
    const days = (await read({ group_by: "day" })).body.groups;
    expect(days.map(({ day, jobs }: { day: string; jobs: number }) => [day, jobs])).toEqual([
      ["2026-11-22", 1],
      ["2026-11-23", 2],
    ]);
    const [endpoint] = (await read({ group_by: "endpoint" })).body.groups;
    expect(endpoint).toMatchObject({ endpoint: "decart/lucy-14b/image-to-video", jobs: 3 });
  });

  it("an owner's usage has the jobs that were created from `from` on and before `to`", async () => {
    const { read } = await serviceWith(...three());
    const created = new Date(BIRTH_MS + dayMs).toISOString();
    expect((await read({ from: created })).body.total.jobs).toBe(2);
    expect((await read({ to: created })).body.total.jobs).toBe(1);
    expect((await read({ from: "2026-11-22", to: "2026-11-23" })).body.total.jobs).toBe(1);
  });

  it("deleting a job hides neither the job nor its cost in its owner's usage", async () => {
    const [first] = three();
    const { service, read } = await serviceWith(...three());
    const before = (await read()).body.total;
    const asked = gatewayEvent({
      method: "DELETE",
      pathParameters: { id: first?.id ?? "" },
      headers: {},
      apiKeyId: "owner-1",
    });
    expect((await service.delete(asked)).statusCode).toBe(204);
    expect((await read()).body.total).toEqual(before);
  });

  it.each([
    [{ from: "yesterday" }, "/from"],
    [{ from: "2026-11-23", to: "2026-11-22" }, "/from"],
    [{ from: "2026-10-01", to: "2026-11-22" }, "/from"],
    [{ group_by: "week" }, "/group_by"],
    [{ group_by: ["day", "day"] }, "/group_by"],
    [{ month: "11" }, "/month"],
  ] as const)("an owner's usage of %j is refused with the field's name", async (query, pointer) => {
    const { read } = await serviceWith();
    const { status, body } = await read(query as Record<string, string | string[]>);
    expect([status, body.errors[0].pointer]).toEqual([422, pointer]);
  });

  it("P29: an owner's usage says what is left of today's budget, if there is one", async () => {
    const { service, read } = await serviceWith();
    expect((await read()).body).not.toHaveProperty("budget");
    service.budgets.set("owner-1", 5);
    const resets_at = "2026-11-26T00:00:00.000Z";
    expect((await read()).body.budget).toEqual({ limit_usd: 5, spent_usd: 0, resets_at });
    const image_url = "https://example.com/image.jpg";
    const event = gatewayEvent({
      body: JSON.stringify({ input: { prompt: "waves", image_url } }),
      apiKeyId: "owner-1",
    });
    expect((await service.submit(event)).statusCode).toBe(202);
    expect((await read()).body.budget).toEqual({ limit_usd: 5, spent_usd: 0.4, resets_at });
  });

  it("P30: an owner's usage of too many jobs is refused, and asks for a shorter period", async () => {
    const listed = Array.from({ length: 100 }, () => ({ id: "0".repeat(32), created_at_id: "x" }));
    const table = { list: async () => ({ listed, isLast: false }), readRows: async () => [], readSpent: async () => 0 };
    const usage = readUsage({ table, owners: new Map(), budgets: new Map(), now: () => BIRTH_MS });
    const event = gatewayEvent({ method: "GET", resource: "/usage", headers: {}, apiKeyId: "owner-1" });
    await expect(async () => usage(toRequest(event, BIRTH_MS))).rejects.toMatchObject({
      code: "invalid_request",
      extras: { errors: [{ pointer: "/from", message: expect.stringContaining(String(USAGE_MAX_JOBS)) }] },
    });
  });
});
