import { type Dynamo, unlessRefused } from "../aws/dynamo.ts";
import { LEASES_KEPT_SECONDS } from "../limits.ts";

/** What is bounded per owner, over all instances of the functions (rule P30). */
export type LeaseKind = "checks" | "copies" | "deliveries" | "results" | "streams" | "waits";

export interface LeaseRequest {
  readonly kind: LeaseKind;
  readonly owner: string;
  /** How many the owner may have at once. */
  readonly limit: number;
  /** When the lease expires, epoch milliseconds. */
  readonly until: number;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** One of an owner's places for a kind of work. */
export interface Lease {
  readonly id: string;
  readonly place: string;
  /**
   * The content of the place: when the lease expires, epoch milliseconds, and a random number that identifies it. The
   * time has 13 digits until the year 2286, so that marks are compared as texts.
   */
  readonly mark: string;
}

/**
 * Takes one of an owner's places. Each place is an attribute of one item. Undefined: all are taken, or more than `limit`
 * of them were taken by others while this function tried.
 */
export async function takeLease(
  dynamo: Dynamo,
  { kind, owner, limit, until, random }: LeaseRequest,
  now: () => number,
): Promise<Lease | undefined> {
  const id = `lease#${kind}#${owner}`;
  const mark = `${Math.ceil(until)}#${random()}`;
  const places = Array.from({ length: limit }, (_, index) => `place_${index}`);
  for (let tries = 0; tries <= limit; tries++) {
    const item = ((await dynamo.get(id)) ?? {}) as Readonly<Record<string, string | undefined>>;
    // The SDK repeats a write whose reply was lost, and then its condition fails (rule P2).
    const own = places.find((place) => item[place] === mark);
    if (own !== undefined) return { id, place: own, mark };
    const free = places.filter((place) => (item[place] ?? "") <= String(now()));
    const place = free[Math.floor(random() * free.length)];
    if (place === undefined) return undefined;
    const lease = { id, place, mark };
    if (await replaceMark(dynamo, lease, item[place], mark)) return lease;
  }
  return undefined;
}

/**
 * Gives a place back early. A lease that has ended is left alone, because its place may have been taken again. The place
 * remembers the lease, so that a repeated write of `takeLease` that arrives late does not take it again.
 */
export async function releaseLease(dynamo: Dynamo, lease: Lease): Promise<void> {
  await replaceMark(dynamo, lease, lease.mark, `0#${lease.mark}`);
}

async function replaceMark(dynamo: Dynamo, { id, place, mark }: Lease, from: string | undefined, to: string) {
  return unlessRefused(
    dynamo.update({
      Key: { id },
      UpdateExpression: "SET #place = :to, expires_at = :expiresAt",
      ConditionExpression: from === undefined ? "attribute_not_exists(#place)" : "#place = :from",
      ExpressionAttributeNames: { "#place": place },
      ExpressionAttributeValues: {
        ":to": to,
        ":expiresAt": Math.ceil(Number.parseInt(mark, 10) / 1000) + LEASES_KEPT_SECONDS,
        ...(from !== undefined && { ":from": from }),
      },
    }),
  );
}
