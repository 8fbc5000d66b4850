import { describe, expect, it } from "vitest";
import { TERMINAL_STATUSES } from "../../../lambdas/job/job.ts";
import type { Callback } from "../../support/memory-service.ts";
import {
  answering,
  ENDINGS,
  LEASE_MS,
  minuteMs,
  RECEIVER,
  secondMs,
  secretsIn,
  settledJob,
  verified,
} from "./settled-job.ts";

describe.each(TERMINAL_STATUSES)("a job that has %s", (status) => {
  it("is delivered to its caller and to the bus, once, as the API shows it", async () => {
    const scene = await settledJob(ENDINGS[status]);
    const { service, row } = scene;
    await scene.tell();
    const [callback, ...others] = service.callbacks;
    expect([callback?.url, others]).toEqual([RECEIVER, []]);
    const event = JSON.parse(callback?.body ?? "");
    expect(event).toMatchObject({ type: `job.${status}`, timestamp: row().settled_at, data: { id: row().id, status } });
    expect(service.published).toEqual([event]);
    for (const hidden of ["token_hash", "fingerprint", "write_id", "version", "delivery"]) {
      expect(event.data).not.toHaveProperty(hidden);
    }
    await scene.tell();
    for (let minutes = 0; minutes < 5; minutes++) await scene.sweepAfter(minuteMs);
    expect([service.callbacks.length, service.published.length, row().due_at]).toEqual([1, 1, undefined]);
    expect(row().status).toBe(status);
  });

  it("is delivered by the sweep when no stream reports it", async () => {
    const { service, row, sweepAfter } = await settledJob(ENDINGS[status]);
    await sweepAfter(0);
    expect([service.callbacks.length, service.published.length]).toEqual([1, 1]);
    expect(row().deliveries).toMatchObject([{ attempt: 1, status: 200 }]);
  });
});

describe("a callback's signature", () => {
  const changes: readonly (readonly [string, (callback: Callback) => Callback])[] = [
    ["body", (callback) => ({ ...callback, body: callback.body.replace("failed", "failes") })],
    ["body by a space", (callback) => ({ ...callback, body: `${callback.body} ` })],
    ...["webhook-id", "webhook-timestamp", "webhook-signature"].map(
      (name) =>
        [
          name,
          (callback: Callback) => ({
            ...callback,
            headers: { ...callback.headers, [name]: callback.headers[name]?.replace(/[0-9]/, flipped) ?? "" },
          }),
        ] as const,
    ),
  ];

  /** A callback and its owner's secret. */
  async function sent() {
    const scene = await settledJob();
    await scene.tell();
    const [callback] = scene.service.callbacks;
    if (!callback) throw new Error("no callback");
    return { scene, callback, secret: (await secretsIn(scene)).secret };
  }

  it("a callback's signature verifies with the Standard Webhooks package", async () => {
    const { scene, callback, secret } = await sent();
    expect(verified(callback, secret, scene.state.nowMs)).toEqual(JSON.parse(callback.body));
    expect(callback.headers).toMatchObject({
      "content-type": "application/json",
      "webhook-id": `${scene.row().id}.job.failed`,
      "webhook-timestamp": String(scene.state.nowMs / 1000),
      "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
    });
  });

  it.each(changes)("a callback's signature does not verify with another %s", async (_, change) => {
    const { scene, callback, secret } = await sent();
    expect(() => verified(change(callback), secret, scene.state.nowMs)).toThrow();
  });

  it("a callback's signature does not verify with another owner's secret, nor six minutes late", async () => {
    const { scene, callback, secret } = await sent();
    const { secret: other } = await secretsIn(scene, "owner-2");
    expect(() => verified(callback, other, scene.state.nowMs)).toThrow(/signature/);
    expect(() => verified(callback, secret, scene.state.nowMs + 6 * minuteMs)).toThrow(/old/);
  });
});

describe("a delivery", () => {
  it("a delivery goes only to the bus when the caller gave no callback_url", async () => {
    const { service, row, tell } = await settledJob(ENDINGS.failed, { callback_url: undefined });
    await tell();
    expect([service.callbacks, service.published.length]).toEqual([[], 1]);
    expect([row().deliveries, row().due_at]).toEqual([undefined, undefined]);
  });

  it("a delivery is not repeated to the caller while the bus is down, and reaches the bus later", async () => {
    const { service, state, row, tell, sweepWhenDue } = await settledJob();
    state.busIsDown = true;
    await tell();
    await sweepWhenDue();
    expect([service.callbacks.length, service.published.length]).toEqual([1, 0]);
    expect(row().deliver_due).toBeGreaterThan(state.nowMs);
    state.busIsDown = false;
    await sweepWhenDue();
    expect([service.callbacks.length, service.published.length, row().due_at]).toEqual([1, 1, undefined]);
  });

  it("a delivery is not repeated to the bus while the receiver is down", async () => {
    const { service, state, tell, sweepWhenDue } = await settledJob();
    state.receiver = answering({ error: "the connection was refused" }, { status: 200 });
    await tell();
    await sweepWhenDue();
    expect([service.callbacks.length, service.published.length]).toEqual([2, 1]);
  });

  it.each([
    ["accepted", { status: 200 }, "delivered"],
    ["accepted", { status: 204 }, "delivered"],
    ["permanently rejected", { status: 410 }, "gone"],
    ["retried", { status: 301 }, undefined],
    ["retried", { status: 302 }, undefined],
    ["retried", { status: 400 }, undefined],
    ["retried", { status: 429 }, undefined],
    ["retried", { status: 500 }, undefined],
    ["retried", { error: "no answer within 15 s" }, undefined],
  ])("a delivery is %s when the receiver answers %j", async (_, answer, ended) => {
    const { state, row, tell } = await settledJob();
    state.receiver = answering(answer);
    await tell();
    expect(row().delivery?.ended).toBe(ended);
    expect(row().deliver_due).toBe(ended === undefined ? state.nowMs + 5.25 * secondMs : undefined);
    const error =
      "error" in answer ? answer.error : answer.status < 300 ? undefined : `the receiver returned ${answer.status}`;
    expect(row().deliveries).toEqual([{ attempt: 1, at: expect.any(String), latency_ms: 0, ...answer, error }]);
  });

  it("P7: a delivery sends nothing when its claim is lost", async () => {
    const { service, tell } = await settledJob();
    await Promise.all([tell(), tell(), service.sweep()]);
    expect([service.callbacks.length, service.published.length]).toEqual([1, 1]);
  });

  it("P7: a delivery skips a job that another one is delivering", async () => {
    const { service, state, tell, sweepAfter } = await settledJob();
    state.receiver = async () => {
      state.receiver = answering({ status: 200 });
      await tell();
      await sweepAfter(LEASE_MS - 1);
      return { status: 200 };
    };
    await tell();
    expect(service.callbacks).toHaveLength(1);
  });

  it("a delivery that is interrupted before its outcome is recorded is repeated after the lease, under the same id", async () => {
    const { service, state, row, tell, sweepAfter } = await settledJob();
    state.receiver = async () => {
      state.tableIsDown = true;
      return { status: 200 };
    };
    await tell();
    Object.assign(state, { tableIsDown: false, receiver: answering({ status: 200 }) });
    await sweepAfter(LEASE_MS - 1);
    expect(service.callbacks).toHaveLength(1);
    await sweepAfter(1);
    const [first, second] = service.callbacks;
    expect([second?.headers["webhook-id"], second?.body]).toEqual([first?.headers["webhook-id"], first?.body]);
    expect(row().deliveries).toMatchObject([{ attempt: 2, status: 200 }]);
    expect(row().due_at).toBeUndefined();
  });

  it("a delivery stops for a deleted or expired job", async () => {
    const deleted = await settledJob();
    expect((await deleted.remove()).statusCode).toBe(204);
    const expired = await settledJob();
    expired.state.nowMs += 31 * 24 * 60 * minuteMs;
    for (const { service, tell, sweepAfter } of [deleted, expired]) {
      await tell();
      await sweepAfter(minuteMs);
      expect([service.callbacks, service.published]).toEqual([[], []]);
    }
  });

  it("a delivery does not recreate a job that is deleted while it is in progress (P3)", async () => {
    const { service, state, tell, remove } = await settledJob();
    state.receiver = async () => {
      await remove();
      return { status: 500 };
    };
    await tell();
    expect([service.rows().size, service.tombstones().size]).toEqual([0, 1]);
  });
});

function flipped(digit: string): string {
  return digit === "9" ? "8" : String(Number(digit) + 1);
}
