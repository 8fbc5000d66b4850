import { logError } from "../log.ts";
import type { FalAccess, FalPrivacy } from "./client.ts";
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

/** What a call to fal needs: fal's client, loaded late because refusing a request does not need it, and the access. */
export interface FalConnection {
  readonly fal: FalCalls;
  /** Undefined while FAL_KEY is not configured or is unavailable. */
  readonly access: FalAccess | undefined;
}

/** Loads fal's client and the key in parallel. */
export async function connectFal(
  load: () => Promise<FalCalls>,
  falKey: FalKey,
  falEndpointUrl: string | undefined,
  privacy: FalPrivacy,
): Promise<FalConnection> {
  const [fal, key] = await Promise.all([load(), falKey().catch(unavailable)]);
  return { fal, access: key === undefined ? undefined : { key, falEndpointUrl, privacy } };
}

function unavailable(error: unknown): undefined {
  logError("FAL_KEY could not be read", error);
}
