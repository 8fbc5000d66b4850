import { hkdf } from "node:crypto";
import { promisify } from "node:util";
import { CALLBACK_SECRET_OVERLAP_MS } from "../limits.ts";
import { FIRST_SECRET_VERSION, type OwnerItem } from "../table/owner-item.ts";

const derive = promisify(hkdf);
const SECRET_BYTES = 32;

/** Reads the stack's one secret, from which all others are derived (rule P24). Throws when it is unavailable. */
export type MasterSecret = () => Promise<string>;

export interface CallbackSecrets {
  /** Signs callbacks; receivers should verify with it. */
  readonly current: string;
  /** Recently replaced secrets, latest first. Each also signs callbacks until its `until` time, epoch milliseconds. */
  readonly previous: readonly { readonly secret: string; readonly until: number }[];
}

/** An owner's callback secrets at a given time, in the form of Standard Webhooks: `whsec_` and base64. */
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
  const valid = replaced.filter(({ until }) => until > now);
  const previous = valid.map(async (each) => ({
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
