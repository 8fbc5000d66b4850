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
/** With its video at fal, which is to be copied. */
export const succeeded: JobEvent = { at, by: "webhook", type: "succeeded", result: jobResult };
export const ENDINGS: Readonly<Record<TerminalStatus, JobEvent>> = {
  succeeded: { ...succeeded, videoKey: "videos/a/b.mp4" } as JobEvent,
  failed: { at, by: "webhook", type: "failed", error: jobError },
  canceled: { at, by: "sweep", type: "canceled" },
  expired: { at, by: "sweep", type: "deadline_passed", error: jobError },
};

/** What a receiver answers, one after the other, the last of them for ever. */
export function answering(...answers: readonly CallbackAnswer[]) {
  const left = [...answers];
  return async (): Promise<CallbackAnswer> => (left.length > 1 ? left.shift() : left[0]) ?? {};
}

/** The service with one job that has just ended, and the hand on its clock. */
export async function settledJob(ending: JobEvent = ENDINGS.failed, change: Partial<Job> = {}) {
  const service = createMemoryService({
    cancelAtFal: async () => REQUESTED,
    deletePayloadsAtFal: async () => "deleted",
  });
  const job = become({ ...birth(), callback_url: RECEIVER, ...change }, accepted, ending);
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
    /** The table's stream tells that the job has changed. */
    tell: () => service.tell(streamEvent(job.id)),
    redeliver: () => service.redeliver(asked()),
    remove: () => service.delete(asked()),
    /** Moves the clock, and sweeps. */
    sweepAfter,
    /** Moves the clock to when there is something to tell, and sweeps. Gives how long that was. */
    async sweepWhenDue() {
      const waitedMs = (row().deliver_due ?? state.nowMs) - state.nowMs;
      await sweepAfter(waitedMs);
      return waitedMs;
    },
  };
}

/** The secret that an owner reads, and the older ones that are still good. */
export async function secretsIn({ service }: { readonly service: MemoryService }, apiKeyId = "owner-1") {
  const answer = await service.secret(gatewayEvent({ method: "GET", resource: "/callback-secret", apiKeyId }));
  return JSON.parse(answer.body) as { secret: string; previous: { secret: string; until: string }[] };
}

/** What a receiver makes of a callback at a time, with the package that Standard Webhooks offers. Throws when it does not verify. */
export function verified({ headers, body }: Callback, secret: string, nowMs: number): unknown {
  vi.useFakeTimers({ now: nowMs, toFake: ["Date"] });
  try {
    return new Webhook(secret).verify(body, { ...headers });
  } finally {
    vi.useRealTimers();
  }
}
