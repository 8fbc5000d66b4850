import type { Script } from "./fault-schema.ts";
import type { Outcome } from "./outcomes.ts";

/** A line of the model's log, as fal shows it. */
export interface LogLine {
  readonly message: string;
  readonly timestamp: string;
  readonly level: "INFO" | "ERROR";
  readonly source: "USER";
}

/** One request of the queue, as it is stored and as the ledger shows it. Times are ISO 8601. */
export interface FalRequest {
  readonly request_id: string;
  readonly gateway_request_id: string;
  readonly endpoint: string;
  readonly input: unknown;
  readonly headers: Readonly<Record<string, string>>;
  readonly webhook?: string;
  readonly script: Script;
  readonly sent_at: string;
  readonly start_by?: string;
  readonly started_at?: string;
  readonly cancel_requested_at?: string;
  readonly ended_at?: string;
  readonly expires_at?: string;
  /** When input, output and video were deleted; the ledger still has them. */
  readonly payloads_deleted_at?: string;
  readonly logs: readonly LogLine[];
  readonly outcome?: Outcome;
}

/** One POST that reached the queue, with any outcome. A duplicate render would show here. */
export interface Post {
  readonly id: string;
  readonly at: string;
  readonly endpoint: string;
  readonly body_sha256: string;
  readonly answer?: number | "reset";
  readonly request_id?: string;
}

/** `genuine` is fal's own delivery; the others are sent before it by an attacker or by a replay. */
export type DeliveryKind = "genuine" | "unsigned" | "wrong_key" | "stale" | "foreign";

/** One webhook on its way to one URL. `due_at` and `give_up_at` are ISO 8601. */
export interface Delivery {
  readonly id: string;
  readonly request_id: string;
  readonly url: string;
  readonly kind: DeliveryKind;
  readonly copy: number;
  readonly state: "pending" | "delivered" | "failed" | "dropped";
  readonly due_at: string;
  readonly give_up_at: string;
  readonly attempts: readonly Attempt[];
}

/** One attempt at a delivery: the answer's status, or why there was no answer. */
export interface Attempt {
  readonly at: string;
  readonly latency_ms: number;
  readonly status?: number;
  readonly error?: string;
}

/**
 * A request's state by fal's names; failed and cancelled requests are COMPLETED too
 * (docs/internals/fal-protocol.md#2-the-queue).
 */
export function statusOf(request: FalRequest): "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED" {
  if (request.ended_at) return "COMPLETED";
  return request.started_at ? "IN_PROGRESS" : "IN_QUEUE";
}
