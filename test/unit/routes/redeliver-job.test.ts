import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../../support/events.ts";
import { become, birth } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { accepted, answering, ENDINGS, hourMs, RECEIVER, settledJob } from "../deliver/settled-job.ts";

describe("POST /jobs/{id}/redeliver", () => {
  it.each([
    [{ status: 200 }, "delivered"],
    [{ status: 410 }, "gone"],
  ] as const)(
    "POST /jobs/{id}/redeliver sends what was answered %j once more, byte for byte under the same id",
    async (answer, ended) => {
      const { service, state, row, tell, redeliver } = await settledJob();
      state.receiver = answering(answer, { status: 200 });
      await tell();
      expect(row().delivery?.ended).toBe(ended);
      state.nowMs += hourMs;
      const told = await redeliver();
      expect([told.statusCode, JSON.parse(told.body).id]).toEqual([202, row().id]);
      await tell();
      const sent = service.callbacks.map(({ headers, body }) => `${headers["webhook-id"]} ${body}`);
      expect([sent.length, new Set(sent).size, service.published.length]).toEqual([2, 1, 1]);
      expect([row().delivery?.ended, row().due_at]).toEqual(["delivered", undefined]);
      expect(row().deliveries?.map(({ attempt }) => attempt)).toEqual([1, 1]);
    },
  );

  it("POST /jobs/{id}/redeliver of what was given up has all its attempts again", async () => {
    const { service, state, row, tell, sweepWhenDue, redeliver } = await settledJob();
    state.receiver = answering({ status: 500 });
    await tell();
    while (row().deliver_due !== undefined) await sweepWhenDue();
    await redeliver();
    while (row().deliver_due !== undefined) await sweepWhenDue();
    expect([service.callbacks.length, row().deliveries?.length]).toEqual([22, 22]);
  });

  it("POST /jobs/{id}/redeliver is done by the sweep when there is no stream", async () => {
    const { service, sweepAfter, tell, redeliver } = await settledJob();
    await tell();
    await redeliver();
    await sweepAfter(0);
    expect(service.callbacks).toHaveLength(2);
  });

  it("POST /jobs/{id}/redeliver still happens when it is requested during the last attempt", async () => {
    const { service, state, row, tell, sweepWhenDue, redeliver } = await settledJob();
    state.receiver = answering({ status: 500 });
    await tell();
    while (row().delivery?.attempts !== 10) await sweepWhenDue();
    state.receiver = async () => {
      state.receiver = answering({ status: 200 });
      await redeliver();
      return { status: 500 };
    };
    await sweepWhenDue();
    const before = service.callbacks.length;
    await sweepWhenDue();
    await tell();
    expect(service.callbacks.length).toBe(before + 1);
  });

  it("POST /jobs/{id}/redeliver is a 409 while the job is open, and for a job without a callback_url, and changes nothing", async () => {
    const open = { ...become(birth(), accepted), callback_url: RECEIVER };
    const silent = become(birth({ id: "0".repeat(32) }), accepted, ENDINGS.failed);
    const service = createMemoryService();
    for (const [job, code] of [
      [open, "job_open"],
      [silent, "no_callback"],
    ] as const) {
      await service.add(job);
      const event = gatewayEvent({ pathParameters: { id: job.id }, headers: {}, apiKeyId: job.owner });
      const problem = JSON.parse((await service.redeliver(event)).body);
      expect(problem).toMatchObject({ status: 409, code, instance: expect.stringContaining(job.id) });
      expect(service.row(job.id).version).toBe(job.version);
    }
  });

  it("POST /jobs/{id}/redeliver of another owner's job is a 404", async () => {
    const { service, row } = await settledJob();
    const event = gatewayEvent({ pathParameters: { id: row().id }, headers: {}, apiKeyId: "owner-2" });
    expect((await service.redeliver(event)).statusCode).toBe(404);
  });

  it("P30: POST /jobs/{id}/redeliver is a 429 within ten seconds of the last one, counted from that one", async () => {
    const { service, state, row, tell, redeliver } = await settledJob();
    await tell();
    expect((await redeliver()).statusCode).toBe(202);
    state.nowMs += 9_500;
    const refused = await redeliver();
    expect([refused.statusCode, JSON.parse(refused.body).code]).toEqual([429, "rate_limited"]);
    expect(refused.headers?.["retry-after"]).toBe("1");
    state.nowMs += 500;
    expect((await redeliver()).statusCode).toBe(202);
    await tell();
    expect([service.callbacks.length, row().delivery?.round]).toEqual([2, 2]);
  });

  it("P30: POST /jobs/{id}/redeliver makes the next attempt of a round under way now, and does not count from 1 again", async () => {
    const { service, state, row, tell, sweepAfter, redeliver } = await settledJob();
    state.receiver = answering({ status: 500 });
    await tell();
    for (let asked = 1; asked < 40; asked++) {
      state.nowMs += 10_000;
      await redeliver();
      await sweepAfter(0);
    }
    expect(Math.max(...(row().deliveries ?? []).map(({ attempt }) => attempt))).toBe(11);
    expect(service.callbacks.length).toBeLessThanOrEqual(40);
  });
});
