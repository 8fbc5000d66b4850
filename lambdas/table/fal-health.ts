/** Whether an app of fal's is down, as the function instance found that asked last. All share it (rules P17, A27). */
export interface FalHealth {
  readonly is_down: boolean;
  /** When it was found, epoch milliseconds. */
  readonly at: number;
}

/** As stored; no job has such an id. */
export interface FalHealthItem extends FalHealth {
  readonly id: string;
}

/** The app is the first part of an endpoint, which fal serves as one (`decart/lucy-14b`). */
export function falHealthId(app: string): string {
  return `fal#health#${app}`;
}
