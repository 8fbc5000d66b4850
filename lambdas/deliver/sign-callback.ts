import { Webhook } from "standardwebhooks";
import type { CallbackSecrets } from "./callback-secrets.ts";

/**
 * The headers of a callback: sender, event and one signature for each secret that is valid at the time (Standard
 * Webhooks 1.0).
 */
export function callbackHeaders(
  id: string,
  now: number,
  body: string,
  secrets: CallbackSecrets,
): Record<string, string> {
  const good = [secrets.current, ...secrets.previous.map(({ secret }) => secret)];
  const at = new Date(now);
  return {
    "content-type": "application/json",
    "user-agent": "fal-jobs",
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(now / 1000)),
    "webhook-signature": good.map((secret) => new Webhook(secret).sign(id, at, body)).join(" "),
  };
}
