/** The operator paused the service: jobs are accepted and kept, and nothing is sent to fal (rule P33). */
export interface Pause {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly reason?: string | undefined;
}

/** As stored; no job has such an id. */
export interface PauseItem extends Pause {
  readonly id: typeof PAUSE_ID;
}

export const PAUSE_ID = "service#pause";
