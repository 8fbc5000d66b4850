import { createHash, createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from "node:crypto";
import type { Journal } from "./journal.ts";

/** What is signed: the two ids, unix seconds, and the exact bytes of the body. */
export interface SignedParts {
  readonly requestId: string;
  readonly userId: string;
  readonly timestamp: number;
  readonly body: Uint8Array;
}

/** The emulator's signing key, kept across restarts. */
export interface SigningKeys {
  current(): KeyObject;
  /** The answer of fal's key host: the current key alone. */
  jwks(): { keys: { kty: string; crv: string; x: string }[] };
  /** Creates a new key and removes the old one at once. */
  rotate(): Promise<void>;
}

const pkcs8Ed25519Prefix = "302e020100300506032b657004220420";

/** Opens the signing key in the journal, or creates the first one. */
export async function openSigningKeys(journal: Journal): Promise<SigningKeys> {
  const table = await journal.table<string>("key");
  const rotate = () => table.put("seed", randomBytes(32).toString("hex"));
  if (!table.get("seed")) await rotate();
  const current = () => keyFromSeed(table.get("seed") ?? "");
  return { current, rotate, jwks: () => ({ keys: [publicJwk(current())] }) };
}

/** An Ed25519 private key from its 32-byte seed in hex. */
export function keyFromSeed(seedHex: string): KeyObject {
  return createPrivateKey({ key: Buffer.from(pkcs8Ed25519Prefix + seedHex, "hex"), format: "der", type: "pkcs8" });
}

/** A random key that no account has. */
export function unknownKey(): KeyObject {
  return keyFromSeed(randomBytes(32).toString("hex"));
}

/** fal's four webhook headers over these parts (docs/internals/fal-protocol.md#5-webhooks). */
export function signWebhook(
  { requestId, userId, timestamp, body }: SignedParts,
  key: KeyObject,
): Record<string, string> {
  const digest = createHash("sha256").update(body).digest("hex");
  const message = [requestId, userId, timestamp, digest].join("\n");
  return {
    "X-Fal-Webhook-Request-Id": requestId,
    "X-Fal-Webhook-User-Id": userId,
    "X-Fal-Webhook-Timestamp": String(timestamp),
    "X-Fal-Webhook-Signature": sign(null, Buffer.from(message), key).toString("hex"),
  };
}

function publicJwk(key: KeyObject) {
  const { kty = "", crv = "", x = "" } = createPublicKey(key).export({ format: "jwk" });
  return { kty, crv, x };
}
