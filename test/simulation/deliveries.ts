import { type FalFaults, type FalRequestRecord, keptUntil } from "./fal-request.ts";
import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Delivers a body and returns the status of the answer. */
export type Post = (request: FalRequestRecord, body: Buffer) => Promise<number>;

/**
 * fal's webhooks: dropped, duplicated, late, without payload, and repeated until they are accepted or the result
 * expires.
 */
export function createDeliveries(scheduler: Scheduler, random: Random, faults: FalFaults, post: Post) {
  function announce(request: FalRequestRecord): void {
    if (random.chance(faults.webhookDropped)) return;
    const isLate = random.chance(faults.webhookLate);
    const copies = random.chance(faults.webhookDuplicated) ? 2 : 1;
    const isEmpty = random.chance(faults.webhookEmpty);
    for (let copy = 0; copy < copies; copy++) {
      const delayMs = random.between(0, isLate ? 180 * minuteMs : 20 * secondMs);
      scheduler.after(delayMs, () => void send(request, isEmpty, 0));
    }
  }

  async function send(request: FalRequestRecord, isEmpty: boolean, tries: number): Promise<void> {
    const answered = await post(request, bodyOf(request, isEmpty));
    if (answered >= 200 && answered < 300) return;
    const backoffMs = Math.min(10 * minuteMs, 5 * secondMs * 2 ** tries);
    if (scheduler.now() + backoffMs < keptUntil(request)) {
      scheduler.after(backoffMs, () => void send(request, isEmpty, tries + 1));
    }
  }

  /** Delivers a request's webhook again, whatever happened to earlier ones. */
  return { announce, repeat: (request: FalRequestRecord) => post(request, bodyOf(request, false)) };
}

function bodyOf({ requestId, outcome }: FalRequestRecord, isEmpty: boolean): Buffer {
  const { status = 0, body } = outcome ?? {};
  const said =
    status === 200 ? { error: null, status: "OK" } : { error: `Invalid status code: ${status}`, status: "ERROR" };
  const payload = isEmpty ? { payload: null, payload_error: "too large" } : { payload: body };
  return Buffer.from(JSON.stringify({ ...said, ...payload, gateway_request_id: "gw", request_id: requestId }));
}
