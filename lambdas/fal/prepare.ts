import { logError } from "../log.ts";
import type { FalAccess } from "./client.ts";
import type { FalKey } from "./key.ts";

export type FalCalls = Pick<
  typeof import("./client.ts"),
  | "submitToFal"
  | "statusAtFal"
  | "resultAtFal"
  | "cancelAtFal"
  | "historyPageAtFal"
  | "uploadToFal"
  | "initiateMultipartAtFal"
  | "deletePayloadsAtFal"
>;

/** fal's client and the access to fal. The client is loaded late, because refusing a request does not need it. */
export interface FalConnection {
  readonly fal: FalCalls;
  /** Undefined if FAL_KEY is not configured or cannot be read. */
  readonly access: FalAccess | undefined;
}

/** Loads fal's client and the key at the same time. */
export async function connectFal(
  load: () => Promise<FalCalls>,
  falKey: FalKey,
  settings: Omit<FalAccess, "key" | "keyRefused">,
): Promise<FalConnection> {
  const [fal, key] = await Promise.all([load(), falKey().catch(unavailable)]);
  return { fal, access: key === undefined ? undefined : { key, keyRefused: falKey.refused, ...settings } };
}

function unavailable(error: unknown): undefined {
  logError("FAL_KEY could not be read", error);
}
