import { createHash, createPublicKey, verify } from "node:crypto";
import type { Request } from "./webhook-server.ts";

type Keys = { readonly keys: readonly { readonly x: string }[] };

const keysUrl = "https://rest.fal.ai/.well-known/jwks.json";
const toleranceSeconds = 300;

/**
 * Whether fal signed a webhook in the last five minutes: fal's documented verification, with its keys cached.
 * @see https://fal.ai/docs/model-endpoints/webhooks
 */
export function createVerifier(): (request: Request) => Promise<boolean> {
  let keys: Promise<Keys> | undefined;
  return async ({ headers, body, fetch }) => {
    const [id, user, timestamp, signature] = ["request-id", "user-id", "timestamp", "signature"].map(
      (name) => headers[`x-fal-webhook-${name}`],
    );
    if (!id || !user || !timestamp || !signature) return false;
    if (Math.abs(Date.now() / 1000 - Number(timestamp)) > toleranceSeconds) return false;
    keys ??= fetch(keysUrl).then((answer) => answer.json() as Promise<Keys>);
    const digest = createHash("sha256").update(body).digest("hex");
    const message = Buffer.from([id, user, timestamp, digest].join("\n"));
    return (await keys).keys.some(({ x }) => {
      const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
      return verify(null, message, key, Buffer.from(String(signature), "hex"));
    });
  };
}
