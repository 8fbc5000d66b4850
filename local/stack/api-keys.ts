import { createHash } from "node:crypto";

/** An API key as the gateway uses it: the value that a caller sends and the id that functions see. */
export type ApiKey = { readonly value: string; readonly id: string };

const idLength = 10;

/** Gives every key an id like API Gateway's: ten characters, the same at every start, and not revealing the value. */
export function indexApiKeys(values: readonly string[]): ReadonlyMap<string, ApiKey> {
  return new Map(values.map((value) => [value, { value, id: deriveId(value) }]));
}

function deriveId(value: string): string {
  const digest = createHash("sha256").update(`fal-jobs api key ${value}`).digest();
  return BigInt(`0x${digest.toString("hex")}`)
    .toString(36)
    .slice(-idLength);
}
