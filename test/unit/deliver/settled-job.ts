import { Webhook } from "standardwebhooks";
import { vi } from "vitest";
import type { CallbackAnswer } from "../../../lambdas/deliver/post-callback.ts";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import type { Job, TerminalStatus } from "../../../lambdas/job/job.ts";
import { gatewayEvent, streamEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../../support/jobs.ts";
import { type Callback, createMemoryService, type MemoryService } from "../../support/memory-service.ts";
import { REQUESTED } from "../../support/one-job.ts";

export const secondMs = 1000;
export const minuteMs = 60 * secondMs;
export const hourMs = 60 * minuteMs;
export const RECEIVER = "https://hooks.example.com/fal";
export const LEASE_MS = 100 * secondMs;

const at = BIRTH_MS;
export const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const cancelRequested: JobEvent = { at, by: "cancel", type: "cancel_requested" };
/** With its video at fal, still to be copied. */
export const succeeded: JobEvent = { at, by: "webhook", type: "succeeded", result: jobResult };
export const ENDINGS: Readonly<Record<TerminalStatus, JobEvent>> = {
  succeeded: { ...succeeded, videoKey: "videos/a/b.mp4" } as JobEvent,
  failed: { at, by: "webhook", type: "failed", error: jobError },
  canceled: { at, by: "sweep", type: "canceled" },
  expired: { at, by: "sweep", type: "deadline_passed", error: jobError },
};

/** A receiver's successive answers; the last one repeats for ever. */
export function answering(...answers: readonly CallbackAnswer[]) {
  const left = [...answers];
  return async (): Promise<CallbackAnswer> => (left.length > 1 ? left.shift() : left[0]) ?? {};
}

/** The service with one job that has just settled, and its clock. */
export async function settledJob(ending: JobEvent = ENDINGS.failed, change: Partial<Job> = {}) {
  const service = createMemoryService({
    cancelAtFal: async () => REQUESTED,
    deletePayloadsAtFal: async () => "deleted",
  });
  const before = ending.type === "canceled" ? [accepted, cancelRequested] : [accepted];
  const job = become({ ...birth(), callback_url: RECEIVER, ...change }, ...before, ending);
  await service.add(job);
  const { state } = service;
  const asked = () => gatewayEvent({ pathParameters: { id: job.id }, headers: {}, apiKeyId: job.owner });
  const row = () => service.row(job.id);
  const sweepAfter = async (ms: number) => {
    state.nowMs += ms;
    await service.sweep();
  };
  return {
    service,
    state,
    row,
    /** The table's stream reports that the job has changed. */
    tell: () => service.tell(streamEvent(job.id)),
    redeliver: () => service.redeliver(asked()),
    remove: () => service.delete(asked()),
    /** Moves the clock, and sweeps. */
    sweepAfter,
    /** Moves the clock to the next due delivery, and sweeps. Returns how far it moved. */
    async sweepWhenDue() {
      const waitedMs = (row().deliver_due ?? state.nowMs) - state.nowMs;
      await sweepAfter(waitedMs);
      return waitedMs;
    },
  };
}

/** The secret that an owner reads, and the older ones that are still valid. */
export async function secretsIn({ service }: { readonly service: MemoryService }, apiKeyId = "owner-1") {
  const answer = await service.secret(gatewayEvent({ method: "GET", resource: "/callback-secret", apiKeyId }));
  return JSON.parse(answer.body) as { secret: string; previous: { secret: string; until: string }[] };
}

/** Verifies a callback at a time, with the Standard Webhooks package. Throws when it does not verify. */
export function verified({ headers, body }: Callback, secret: string, nowMs: number): unknown {
  vi.useFakeTimers({ now: nowMs, toFake: ["Date"] });
  try {
    return new Webhook(secret).verify(body, { ...headers });
  } finally {
    vi.useRealTimers();
  }
}
