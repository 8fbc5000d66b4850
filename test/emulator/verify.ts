import { createHash, createPublicKey, verify } from "node:crypto";
import { z } from "zod";
import type { Received } from "./receiver.ts";

const jwksSchema = z.object({
  keys: z.array(z.object({ kty: z.literal("OKP"), crv: z.literal("Ed25519"), x: z.string() })),
});
const bodySchema = z.object({
  request_id: z.string(),
  status: z.string(),
  error: z.string().nullable(),
  payload: z.unknown(),
  payload_error: z.string().optional(),
});

/** The current keys of the emulator's key host. */
export async function fetchKeys(emulatorUrl: string) {
  const response = await fetch(`${emulatorUrl}/rest.fal.ai/.well-known/jwks.json`);
  return jwksSchema.parse(await response.json()).keys;
}

/** Whether a delivery has a valid signature of one of the keys over its raw bytes; its age is not checked. */
export function isSigned({ headers, raw }: Received, keys: Awaited<ReturnType<typeof fetchKeys>>): boolean {
  const part = (name: string) => String(headers[`x-fal-webhook-${name}`] ?? "");
  const digest = createHash("sha256").update(raw).digest("hex");
  const message = Buffer.from([part("request-id"), part("user-id"), part("timestamp"), digest].join("\n"));
  const signature = Buffer.from(part("signature"), "hex");
  return keys.some((key) => verify(null, message, createPublicKey({ key, format: "jwk" }), signature));
}

/** The highest age of a fresh delivery, even on a busy machine; fal's own limit is 300 s. */
export const freshSeconds = 60;

/** A delivery's age in seconds by its own timestamp. */
export function ageOf({ headers, at }: Received): number {
  return at / 1000 - Number(headers["x-fal-webhook-timestamp"]);
}

/** A delivery's body, parsed. */
export function bodyOf({ raw }: Received) {
  return bodySchema.parse(JSON.parse(raw.toString("utf8")));
}
