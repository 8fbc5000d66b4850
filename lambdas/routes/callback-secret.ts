import { callbackSecrets, type MasterSecret } from "../deliver/callback-secrets.ts";
import type { HttpAnswer, Route } from "../http/api.ts";
import { ownerOf } from "../http/owner.ts";
import { tooOften } from "../http/too-often.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { iso } from "../job/deadlines.ts";
import type { JobTable } from "../table/job-table.ts";
import type { OwnerItem } from "../table/owner-item.ts";

export interface SecretRotator {
  readonly table: Pick<JobTable, "readOwner" | "rotateSecret">;
  readonly master: MasterSecret;
  readonly owners: ReadonlyMap<string, string>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly newWriteId: () => string;
}

/** `GET /callback-secret`: the secret that signs the caller's callbacks. */
export function readCallbackSecret(service: SecretRotator): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    return answerSecrets(service, owner, await orUnavailable(service.table.readOwner(owner)));
  };
}

/**
 * `POST /callback-secret/rotate`: creates a new secret. The previous one also signs for a day, so that a receiver has
 * time to switch (rule P24). Throws `rate_limited` if more secrets would then be valid than a callback can carry
 * signatures of.
 */
export function rotateCallbackSecret(service: SecretRotator): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const now = service.now();
    const rotated = await orUnavailable(service.table.rotateSecret(owner, now, service.newWriteId()));
    if ("retryAt" in rotated) throw tooOften("The callback secret was rotated too often.", rotated.retryAt - now);
    return answerSecrets(service, owner, rotated);
  };
}

async function answerSecrets(service: SecretRotator, owner: string, item: OwnerItem | undefined): Promise<HttpAnswer> {
  const { current, previous } = await callbackSecrets(await service.master(), owner, item, service.now());
  const replaced = previous.map(({ secret, until }) => ({ secret, until: iso(until) }));
  return { status: 200, body: { secret: current, previous: replaced } };
}
