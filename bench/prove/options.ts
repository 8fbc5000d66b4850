import { parseArgs } from "node:util";
import { rowNames } from "./run.ts";

/** The options of `npm run prove`. */
export interface Options {
  readonly seed: number;
  readonly jobs: number;
  /** Only this row. */
  readonly only?: string | undefined;
  /** Where to write the results as JSON. */
  readonly json?: string | undefined;
}

/** The number of jobs in a full run. */
export const fullRunJobs = 1_000;
const usage = "npm run prove -- [--seed N] [--jobs N] [--only ROW] [--json FILE]";

/** Reads the options. Throws an Error with one line if they are not valid. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: "string", default: "1" },
      jobs: { type: "string", default: String(fullRunJobs) },
      only: { type: "string" },
      json: { type: "string" },
    },
  });
  const { only, json } = values;
  if (only !== undefined && !rowNames.includes(only)) throw new Error(`--only: expected one of ${rowNames.join(", ")}`);
  return { seed: readCount("seed", values.seed), jobs: readCount("jobs", values.jobs), only, json };
}

function readCount(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`--${name}: expected a positive whole number. Usage: ${usage}`);
  return Number(text);
}
