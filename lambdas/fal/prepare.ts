import { logError } from "../log/log.ts";
import type { FalKey } from "./key.ts";

export type FalCalls = Pick<typeof import("./client.ts"), "submitToFal" | "uploadToFal">;

/** What it takes to call fal: its client, loaded late because refusing a request does not need it, and the key. */
export interface Prepared {
  readonly fal: FalCalls;
  /** Undefined while it is not configured, or cannot be had. */
  readonly key: string | undefined;
}

/** Loads fal's client and the key side by side. */
export async function prepareFal(load: () => Promise<FalCalls>, falKey: FalKey): Promise<Prepared> {
  const [fal, key] = await Promise.all([load(), falKey().catch(unavailable)]);
  return { fal, key };
}

function unavailable(error: unknown): undefined {
  logError("FAL_KEY could not be read", error);
}
