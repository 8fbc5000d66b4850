import { hkdf } from "node:crypto";
import { promisify } from "node:util";
import { CALLBACK_SECRET_OVERLAP_MS } from "../limits.ts";
import { FIRST_SECRET_VERSION, type OwnerItem } from "../table/owner-item.ts";

const derive = promisify(hkdf);
const SECRET_BYTES = 32;

/** The stack's one secret, from which all others follow (rule P24). Throws when it cannot be had. */
export type MasterSecret = () => Promise<string>;

export interface CallbackSecrets {
  /** Signs, and is what a receiver should verify with. */
  readonly current: string;
  /** Those that were replaced lately sign as well, each until its time, epoch milliseconds; the latest first. */
  readonly previous: readonly { readonly secret: string; readonly until: number }[];
}

/** An owner's callback secrets at a time, `whsec_` and base64 as Standard Webhooks has it. */
export async function callbackSecrets(
  master: string,
  owner: string,
  item: OwnerItem | undefined,
  now: number,
): Promise<CallbackSecrets> {
  const version = item?.secret_version ?? FIRST_SECRET_VERSION;
  const replaced = (item?.rotated_at ?? []).map((time, index) => ({
    until: time + CALLBACK_SECRET_OVERLAP_MS,
    version: version - 1 - index,
  }));
  const good = replaced.filter(({ until }) => until > now);
  const previous = good.map(async (each) => ({
    until: each.until,
    secret: await secretOf(master, owner, each.version),
  }));
  return { current: await secretOf(master, owner, version), previous: await Promise.all(previous) };
}

async function secretOf(master: string, owner: string, version: number): Promise<string> {
  const info = JSON.stringify(["callback", owner, version]);
  const bytes = await derive("sha256", master, "", info, SECRET_BYTES);
  return `whsec_${Buffer.from(bytes).toString("base64")}`;
}
