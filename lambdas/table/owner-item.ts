import { CALLBACK_SECRET_OVERLAP_MS, CALLBACK_SECRETS_PREVIOUS_MAX } from "../limits.ts";

/** What the table holds of an owner beside its jobs: which callback secret is theirs. */
export interface OwnerItem {
  /** `owner#` and the owner: no job has such an id. */
  readonly id: string;
  /** 1 for the first secret; grows by one with every rotation (rule P24). */
  readonly secret_version: number;
  /** Epoch milliseconds of the rotations whose older secret is still good, the latest first. */
  readonly rotated_at: readonly number[];
}

export function ownerItemId(owner: string): string {
  return `owner#${owner}`;
}

/** The owner after a rotation. However often it is rotated, each secret signs for a day after the next has replaced it. */
export function rotated(owner: string, item: OwnerItem | undefined, at: number): OwnerItem {
  const stillGood = (item?.rotated_at ?? []).filter((time) => time + CALLBACK_SECRET_OVERLAP_MS > at);
  return {
    id: ownerItemId(owner),
    secret_version: (item?.secret_version ?? FIRST_SECRET_VERSION) + 1,
    rotated_at: [at, ...stillGood].slice(0, CALLBACK_SECRETS_PREVIOUS_MAX),
  };
}

export const FIRST_SECRET_VERSION = 1;
