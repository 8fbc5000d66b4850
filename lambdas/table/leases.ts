import { type Dynamo, unlessRefused } from "../aws/dynamo.ts";
import { LEASE_MAX_TRIES, LEASES_KEPT_SECONDS } from "../limits.ts";

/** What is bounded per owner, over all instances of the functions (rule P30). */
export type LeaseKind = "checks" | "copies" | "deliveries" | "results" | "streams" | "waits";

export interface LeaseRequest {
  readonly kind: LeaseKind;
  readonly owner: string;
  /** How many the owner may have at once. */
  readonly limit: number;
  /** When the lease ends by itself, epoch milliseconds. */
  readonly until: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** One of an owner's places for a kind of work. */
export interface Lease {
  readonly id: string;
  readonly place: string;
  /** When it ends by itself: epoch milliseconds with a random fraction, which identifies the lease. */
  readonly end: number;
}

/**
 * Takes one of an owner's places. Each place is an attribute of one item: the end of its latest lease. Undefined: all
 * are taken.
 */
export async function takeLease(
  dynamo: Dynamo,
  { kind, owner, limit, until, random }: LeaseRequest,
  now: () => number,
): Promise<Lease | undefined> {
  const id = `lease#${kind}#${owner}`;
  const end = until + random();
  const places = Array.from({ length: limit }, (_, index) => `place_${index}`);
  for (let tries = 0; tries < LEASE_MAX_TRIES; tries++) {
    const item = (await dynamo.get(id)) ?? {};
    // The SDK repeats a write whose reply was lost, and then its condition fails (rule P2).
    const own = places.find((place) => item[place] === end);
    if (own !== undefined) return { id, place: own, end };
    const free = places.filter((place) => Number(item[place] ?? 0) <= now());
    const place = free[Math.floor(random() * free.length)];
    if (place === undefined) return undefined;
    if (await occupy(dynamo, { id, place, end }, now())) return { id, place, end };
  }
  return undefined;
}

async function occupy(dynamo: Dynamo, { id, place, end }: Lease, now: number): Promise<boolean> {
  return unlessRefused(
    dynamo.update({
      Key: { id },
      UpdateExpression: "SET #place = :end, expires_at = :expiresAt",
      ConditionExpression: "attribute_not_exists(#place) OR #place <= :now",
      ExpressionAttributeNames: { "#place": place },
      ExpressionAttributeValues: {
        ":end": end,
        ":now": now,
        ":expiresAt": Math.ceil(end / 1000) + LEASES_KEPT_SECONDS,
      },
    }),
  );
}

/** Gives a place back early. A lease that has ended is left alone, because its place may have been taken again. */
export async function releaseLease(dynamo: Dynamo, { id, place, end }: Lease): Promise<void> {
  await unlessRefused(
    dynamo.update({
      Key: { id },
      UpdateExpression: "REMOVE #place",
      ConditionExpression: "#place = :end",
      ExpressionAttributeNames: { "#place": place },
      ExpressionAttributeValues: { ":end": end },
    }),
  );
}
