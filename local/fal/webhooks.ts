import pLimit from "p-limit";
import type { Table } from "./journal.ts";
import type { Life } from "./life.ts";
import { createLineUp } from "./line-up.ts";
import type { Media } from "./media.ts";
import type { Attempt, Delivery, DeliveryKind, FalRequest } from "./records.ts";
import type { SigningKeys } from "./signing.ts";
import { writeDelivery } from "./webhook-message.ts";

const firstTimeoutMs = 15_000;
const retryTimeoutMs = 120_000;
const maxBackoffMs = 300_000;
const parallelDeliveries = 50;
const firstDeliveryPollMs = 10;
const firstDeliveryMaxMs = 20_000;

/** What deliveries need. `retryMs` is the wait after the first failure; it doubles from then on. */
export interface WebhookParts {
  readonly deliveries: Table<Delivery>;
  readonly requests: Table<FalRequest>;
  readonly keys: SigningKeys;
  readonly media: Media;
  readonly life: Life;
  readonly retryMs: number;
}

/** fal's deliveries: at least once, unordered, until the result expires (docs/internals/fal-protocol.md#5-webhooks). */
export interface Webhooks {
  /**
   * Sends the deliveries of an ended request's script, or resumes them after a restart; resolves when no attempt is
   * left.
   */
  announce(request: FalRequest): Promise<void>;
  /** Resolves after the first attempt at the genuine delivery, or at once if there is none. */
  firstDelivery(request: FalRequest): Promise<void>;
  /** Sends all waiting deliveries now. */
  release(): void;
}

/** Opens the deliveries. */
export function openWebhooks(parts: WebhookParts): Webhooks {
  const { deliveries, life } = parts;
  const turn = pLimit(parallelDeliveries);
  const lineUp = createLineUp(life);
  const pursue = async (id: string) => {
    for (let delivery = deliveries.get(id); delivery?.state === "pending"; delivery = deliveries.get(id)) {
      await lineUp.waitUntil(Date.parse(delivery.due_at));
      const request = parts.requests.get(delivery.request_id);
      if (!request) return;
      if (request.script.webhook?.hold && delivery.attempts.length === 0) await lineUp.hold(request.request_id);
      await turn(() => attempt(id, request, parts));
      lineUp.passed(request.request_id);
    }
  };
  return {
    announce: async (request) => {
      const planned = planDeliveries(request);
      await Promise.all(
        planned.filter(({ id }) => !deliveries.get(id)).map((delivery) => deliveries.put(delivery.id, delivery)),
      );
      for (const { id } of planned.filter(({ kind }) => kind !== "genuine")) await pursue(id);
      await Promise.all(planned.filter(({ kind }) => kind === "genuine").map(({ id }) => pursue(id)));
    },
    firstDelivery: async ({ request_id, webhook, script }) => {
      const until = Date.now() + firstDeliveryMaxMs;
      const untried = () => !deliveries.get(deliveryId(request_id, "genuine", 0))?.attempts.length;
      while (webhook && !script.webhook?.drop && untried() && Date.now() < until) await life.pause(firstDeliveryPollMs);
    },
    release: lineUp.release,
  };
}

/**
 * All deliveries of a request, under ids that are the same after a restart. A cancelled request is silent unless
 * scripted.
 */
function planDeliveries({
  request_id,
  webhook,
  script,
  outcome,
  ended_at = "",
  expires_at = "",
}: FalRequest): Delivery[] {
  const silent =
    outcome?.error_type === "client_cancelled" && script.cancel !== "announced" && script.outcome === undefined;
  if (!webhook || silent) return [];
  const { before = [], duplicates = 0, drop = false, delay_ms = 0 } = script.webhook ?? {};
  const dueMs = Date.parse(ended_at) + delay_ms;
  const plan = (kind: DeliveryKind, copy: number): Delivery => ({
    id: deliveryId(request_id, kind, copy),
    request_id,
    url: webhook,
    kind,
    copy,
    state: drop && kind === "genuine" ? "dropped" : "pending",
    due_at: new Date(dueMs).toISOString(),
    give_up_at: new Date(dueMs + Date.parse(expires_at) - Date.parse(ended_at)).toISOString(),
    attempts: [],
  });
  const genuine = Array.from({ length: duplicates + 1 }, (_, copy) => plan("genuine", copy));
  return [...before.map((kind, copy) => plan(kind, copy)), ...genuine];
}

function deliveryId(requestId: string, kind: DeliveryKind, copy: number): string {
  return `${requestId}-${kind}-${copy}`;
}

async function attempt(id: string, request: FalRequest, parts: WebhookParts): Promise<void> {
  const delivery = parts.deliveries.get(id);
  if (!delivery) return;
  const first = delivery.attempts.length === 0;
  const rotates = request.script.webhook?.rotate_keys && delivery.kind === "genuine" && delivery.copy === 0;
  if (rotates && first) await parts.keys.rotate();
  const { headers, body } = await writeDelivery(request, delivery.kind, parts.keys.current(), parts.media);
  const tried = await post(delivery.url, headers, body, first ? firstTimeoutMs : retryTimeoutMs, parts.life);
  const judged = judge({ ...delivery, attempts: [...delivery.attempts, tried] }, parts.retryMs);
  if (parts.deliveries.get(id)) await parts.deliveries.put(id, judged);
}

async function post(
  url: string,
  headers: Record<string, string>,
  body: Buffer,
  timeoutMs: number,
  life: Life,
): Promise<Attempt> {
  const started = Date.now();
  const at = new Date(started).toISOString();
  const signal = AbortSignal.any([life.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const response = await fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    await response.arrayBuffer();
    return { at, latency_ms: Date.now() - started, status: response.status };
  } catch (error) {
    life.signal.throwIfAborted();
    return { at, latency_ms: Date.now() - started, error: explain(error) };
  }
}

/**
 * Decides after an attempt: 2xx is final, 3xx and a failed forged delivery are final, anything else is retried until
 * the result expires.
 */
function judge(delivery: Delivery, retryMs: number): Delivery {
  const { status = 0 } = delivery.attempts.at(-1) ?? {};
  if (status >= 200 && status < 300) return { ...delivery, state: "delivered" };
  const backoffMs = Math.min(maxBackoffMs, retryMs * 2 ** (delivery.attempts.length - 1));
  const due_at = new Date(Date.now() + backoffMs).toISOString();
  const final = delivery.kind !== "genuine" || (status >= 300 && status < 400) || due_at > delivery.give_up_at;
  return final ? { ...delivery, state: "failed" } : { ...delivery, due_at };
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
