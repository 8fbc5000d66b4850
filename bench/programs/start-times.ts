/** What `first-request.mjs` prints, in milliseconds. */
export type StartTimes = {
  /** The answer's status; undefined without an event. */
  readonly status?: number;
  readonly loadMs: number;
  /** Load and first request. */
  readonly firstMs: number;
  /** The same, with the start of the process. */
  readonly processMs: number;
};

/** Reads the last line of its output: those before are the function's own. */
export function readStartTimes(output: string): StartTimes {
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as StartTimes;
}
