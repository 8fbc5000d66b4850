import { CALLBACK_SECRET_OVERLAP_MS, CALLBACK_SECRETS_PREVIOUS_MAX } from "../limits.ts";

/** An owner's own item in the table: the version of its callback secret. */
export interface OwnerItem {
  /** `owner#` and the owner: no job has such an id. */
  readonly id: string;
  /** 1 for the first secret; incremented by every rotation (rule P24). */
  readonly secret_version: number;
  /** Epoch milliseconds of rotations whose older secret is still valid, latest first. */
  readonly rotated_at: readonly number[];
  /** The writes of these rotations, so that one which the SDK repeats is recognised (rule P2). Old items have none. */
  readonly write_ids?: readonly string[];
}

export function ownerItemId(owner: string): string {
  return `owner#${owner}`;
}

/** The rotation came too early: a secret that is still valid would no longer fit into the header of signatures. */
export interface RotationRefused {
  /** From when on a rotation is possible, epoch milliseconds. */
  readonly retryAt: number;
}

/**
 * The owner item after a rotation. Each secret stays valid for a day after its replacement. So there are at most
 * `CALLBACK_SECRETS_PREVIOUS_MAX` rotations in a day.
 */
export function rotated(
  owner: string,
  item: OwnerItem | undefined,
  at: number,
  writeId: string,
): OwnerItem | RotationRefused {
  const stillValid = (item?.rotated_at ?? []).filter((time) => time + CALLBACK_SECRET_OVERLAP_MS > at);
  if (stillValid.length >= CALLBACK_SECRETS_PREVIOUS_MAX) {
    return { retryAt: Math.min(...stillValid) + CALLBACK_SECRET_OVERLAP_MS };
  }
  return {
    id: ownerItemId(owner),
    secret_version: (item?.secret_version ?? FIRST_SECRET_VERSION) + 1,
    rotated_at: [at, ...stillValid],
    write_ids: [writeId, ...(item?.write_ids ?? [])].slice(0, 1 + stillValid.length),
  };
}

export const FIRST_SECRET_VERSION = 1;
