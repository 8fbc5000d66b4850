import { createHash, type KeyObject, sign } from "node:crypto";
import type { FalRequest } from "./request.ts";

/** A signed delivery, which a test can send or corrupt. */
export type Delivery = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** What a delivery's signature covers in addition to its body. `timestamp` in unix seconds. */
export type Signed = { readonly requestId: string; readonly userId?: string; readonly timestamp?: number };

const firstRetryMs = 200;
const longestRetryMs = 2_000;
const answerTimeoutMs = 15_000;

/** fal's message about an ended request. */
export function writeMessage(request: FalRequest): string {
  const { id, gatewayId, script, outcome } = request;
  const failed = outcome !== undefined && outcome.status !== 200;
  return pythonJson({
    error: failed ? `Invalid status code: ${outcome.status}` : null,
    gateway_request_id: gatewayId,
    request_id: id,
    status: failed ? "ERROR" : "OK",
    ...(script.webhook === "payload_error"
      ? { payload: null, payload_error: "Response payload is not JSON serializable." }
      : { payload: outcome?.body }),
  });
}

/** Signs a body as fal does (docs/internals/fal-protocol.md#5-webhooks). */
export function signBody(key: KeyObject, body: string, { requestId, userId = "user_1", timestamp }: Signed): Delivery {
  const seconds = String(timestamp ?? Math.floor(Date.now() / 1000));
  const hash = createHash("sha256").update(body).digest("hex");
  const signature = sign(null, Buffer.from([requestId, userId, seconds, hash].join("\n")), key).toString("hex");
  return {
    body,
    headers: {
      "content-type": "application/json",
      "x-fal-webhook-request-id": requestId,
      "x-fal-webhook-user-id": userId,
      "x-fal-webhook-timestamp": seconds,
      "x-fal-webhook-signature": signature,
    },
  };
}

/** Delivers until the receiver acknowledges or finally rejects it; signs each attempt again. */
export async function deliver(request: FalRequest, sealed: () => Delivery, stopped: AbortSignal): Promise<void> {
  for (let waitMs = firstRetryMs; !stopped.aborted; waitMs = Math.min(2 * waitMs, longestRetryMs)) {
    const { body, headers } = sealed();
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(answerTimeoutMs)]);
    const status = await fetch(request.webhookUrl, { method: "POST", body, headers, redirect: "manual", signal }).then(
      (response) => response.body?.cancel().then(() => response.status) ?? response.status,
      () => 0,
    );
    request.delivered.push(status);
    if (status >= 200 && status < 400) return;
    await pause(waitMs, stopped);
  }
}

/** Waits, at most until everything stops. */
export function pause(ms: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stopped.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** JSON as Python's `json.dumps(…, sort_keys=True)` writes it, integers beyond 2^53 included. */
export function pythonJson(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${pairs.map(([name, item]) => `${pythonJson(name)}: ${pythonJson(item)}`).join(", ")}}`;
  }
  return JSON.stringify(value ?? null).replace(/[\u0080-\uffff]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
