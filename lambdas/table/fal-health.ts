import type { JobError } from "../job/job.ts";

/**
 * Whether an app of fal's is down, or fal refuses the account, as the function instance found that asked last. All share
 * it (rules P17, P33, A27).
 */
export interface FalHealth {
  readonly is_down: boolean;
  /** When it was found, epoch milliseconds. */
  readonly at: number;
  /** Why jobs wait, if fal told. */
  readonly error?: JobError | undefined;
}

/** As stored; no job has such an id. */
export interface FalHealthItem extends FalHealth {
  readonly id: string;
}

/**
 * Without an app: about the account. The app is the first part of an endpoint, which fal serves as one
 * (`decart/lucy-14b`).
 */
export function falHealthId(app?: string): string {
  return app === undefined ? "fal#account" : `fal#health#${app}`;
}
