import type { KeyObject } from "node:crypto";
import { v7 as uuid } from "uuid";
import { writeBody } from "./inline-video.ts";
import type { Media } from "./media.ts";
import { pythonJson } from "./python-json.ts";
import type { DeliveryKind, FalRequest } from "./records.ts";
import { signWebhook, unknownKey } from "./signing.ts";

const userId = "user_emulator";
const otherAccountId = "user_stranger";
const staleSeconds = 3_600;
const forgedPayload = { video: { url: "https://attacker.example/not-yours.mp4" } };

/**
 * The exact bytes of a delivery of any kind, with its headers; the timestamp is the time of the call
 * (docs/internals/fal-protocol.md#5-webhooks).
 */
export async function writeDelivery(
  request: FalRequest,
  kind: DeliveryKind,
  key: KeyObject,
  media: Media,
): Promise<{ headers: Record<string, string>; body: Buffer }> {
  const requestId = kind === "foreign" ? uuid() : request.request_id;
  const isFals = kind === "genuine" || kind === "stale";
  const body = Buffer.from(pythonJson(isFals ? await genuineBody(request, media) : forgedBody(requestId)));
  const seconds = Math.floor(Date.now() / 1000);
  const parts = {
    requestId,
    userId: kind === "foreign" ? otherAccountId : userId,
    timestamp: kind === "stale" ? seconds - staleSeconds : seconds,
    body,
  };
  const signature = kind === "unsigned" ? {} : signWebhook(parts, kind === "wrong_key" ? unknownKey() : key);
  return { headers: { "content-type": "application/json", ...signature }, body };
}

async function genuineBody({ request_id, gateway_request_id, outcome, script }: FalRequest, media: Media) {
  const failed = outcome === undefined || outcome.status_code >= 400;
  const unserializable = {
    payload: null,
    payload_error:
      "Response payload is not JSON serializable. Either return a JSON serializable object or use the queue endpoint to retrieve the response.",
  };
  return {
    error: failed ? `Invalid status code: ${outcome?.status_code}` : null,
    gateway_request_id,
    request_id,
    status: failed ? "ERROR" : "OK",
    ...(script.fallback && { endpoint_id: script.fallback }),
    ...(script.webhook?.payload_error ? unserializable : { payload: outcome ? await writeBody(outcome, media) : null }),
  };
}

function forgedBody(requestId: string) {
  return { error: null, gateway_request_id: requestId, payload: forgedPayload, request_id: requestId, status: "OK" };
}
