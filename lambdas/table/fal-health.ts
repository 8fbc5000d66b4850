/** Whether fal is down, as the function instance found that asked last. All instances share it (rules P17, A27). */
export interface FalHealth {
  readonly is_down: boolean;
  /** When it was found, epoch milliseconds. */
  readonly at: number;
}

/** As stored; no job has such an id. */
export interface FalHealthItem extends FalHealth {
  readonly id: typeof FAL_HEALTH_ID;
}

export const FAL_HEALTH_ID = "fal#health";
