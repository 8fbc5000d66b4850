import { createHash, type KeyObject, verify } from "node:crypto";
import { SIGNATURE_TOLERANCE_SECONDS } from "../limits.ts";

/** The four headers of a signed delivery from fal. */
export interface SignatureHeaders {
  readonly requestId: string;
  readonly userId: string;
  /** Unix seconds, as text. */
  readonly timestamp: string;
  /** 128 lower-case hex digits. */
  readonly signature: string;
}

const DIGITS = /^\d{1,12}$/;
const SIGNATURE = /^[0-9a-f]{128}$/;

/** Whether a timestamp is well-formed and within fal's allowed distance from now. */
export function isFresh(timestamp: string, nowMs: number): boolean {
  return DIGITS.test(timestamp) && Math.abs(Number(timestamp) - nowMs / 1000) <= SIGNATURE_TOLERANCE_SECONDS;
}

/**
 * Whether one of the keys signed exactly these bytes (docs/internals/fal-protocol.md#5-webhooks). A delivery does not
 * say which key signed it, so each key is tried.
 */
export function isSignedBy(keys: readonly KeyObject[], headers: SignatureHeaders, rawBody: Uint8Array): boolean {
  if (!SIGNATURE.test(headers.signature)) return false;
  const signature = Buffer.from(headers.signature, "hex");
  const message = Buffer.from(signedMessage(headers, rawBody));
  return keys.some((key) => verify(null, message, key, signature));
}

function signedMessage(headers: SignatureHeaders, rawBody: Uint8Array): string {
  const bodyHash = createHash("sha256").update(rawBody).digest("hex");
  return [headers.requestId, headers.userId, headers.timestamp, bodyHash].join("\n");
}
