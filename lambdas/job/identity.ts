import { createHash } from "node:crypto";
import canonicalize from "canonicalize";
import { v7 as uuidv7 } from "uuid";

const ID_PATTERN = /^[0-9a-f]{32}$/;
const TOKEN_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** The id of a job without an idempotency key: random and ordered by time (a UUIDv7 without its dashes). */
export function randomJobId(epochMs: number, randomBytes: Uint8Array): string {
  return uuidv7({ msecs: epochMs, random: randomBytes }).replaceAll("-", "");
}

/**
 * The id of a job with an idempotency key. The same owner and key always give the same id, so the conditional put is
 * the idempotency check.
 */
export function keyedJobId(owner: string, idempotencyKey: string): string {
  return digest("job", owner, idempotencyKey).slice(0, 32);
}

/** The id of a job in a batch. The same owner, key and position always give the same id (rule P16). */
export function batchedJobId(owner: string, idempotencyKey: string, index: number): string {
  return digest("batch", owner, idempotencyKey, String(index)).slice(0, 32);
}

/** The id of a retry. The same job and key (or no key) always give the same id (rule P16). */
export function retryJobId(owner: string, jobId: string, idempotencyKey: string | undefined): string {
  return digest("retry", owner, jobId, ...(idempotencyKey === undefined ? [] : [idempotencyKey])).slice(0, 32);
}

export function isJobId(text: string): boolean {
  return ID_PATTERN.test(text);
}

/** A webhook token: 32 random bytes as base64url. Only fal's webhook URL contains it. */
export function webhookToken(randomBytes: Uint8Array): string {
  return Buffer.from(randomBytes).toString("base64url");
}

export function isWebhookToken(text: string): boolean {
  return TOKEN_PATTERN.test(text);
}

/** The table stores only this hash of a token (rule P22). */
export function tokenHash(token: string): string {
  return digest("webhook-token", token);
}

/** Digest of the exact body of a submission (rule P13). */
export function bodyDigest(input: unknown): string {
  return digest("body", canonicalJson(input));
}

/** SHA-256, hex, of length-delimited parts, so different lists of parts never have the same digest input (rule P16). */
export function digest(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts)
    hash
      .update(`${Buffer.byteLength(part)}:`)
      .update(part)
      .update(";");
  return hash.digest("hex");
}

/** The canonical JSON of a value (RFC 8785). */
export function canonicalJson(value: unknown): string {
  // Validated JSON always has a canonical form (RFC 8785); only functions and undefined have none.
  return canonicalize(value) ?? "";
}
