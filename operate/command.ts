import type { Command } from "commander";
import type { Installation } from "./connect.ts";

/** Exit codes. */
export const SUCCESS = 0;
/** The command found something that the operator should look at. */
export const FOUND = 1;
/** The command line was wrong, or the installation could not be reached. */
export const FAILED = 2;

export interface Surroundings {
  /** Writes one line or more for people, or one JSON document. */
  readonly print: (text: string) => void;
  /** Writes to standard error: what went wrong, and progress. */
  readonly complain: (text: string) => void;
  /** The data folder of the local stack. */
  readonly dataDir: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The shell variable FAL_KEY: a key that is to be stored. */
  readonly falKey?: string | undefined;
  /** Reads standard input to its end. */
  readonly readInput?: (() => Promise<string>) | undefined;
}

/** What a command works with. */
export interface Context extends Surroundings {
  readonly installation: Installation;
  /** Whether JSON is wanted. */
  readonly json: boolean;
}

/** The options of the command line, by their names in camel case. A flag without a value is `true`. */
export type Options = Readonly<Record<string, string | true | readonly string[] | undefined>>;

export interface CommandSpec<Result> {
  /** Its name, and its arguments as Commander has them: `job <id>`. */
  readonly name: string;
  readonly description: string;
  /** Does the work. `--json` prints the result as it is. Throws OpsError. */
  readonly work: (context: Context, options: Options, args: readonly string[]) => Promise<Result>;
  /** The result for people. */
  readonly show: (result: Result) => string;
  /** The exit code; `SUCCESS` if it is not set. */
  readonly codeOf?: (result: Result) => number;
}

/** Adds a command. Options are added to the returned one. */
export type AddCommand = <Result>(spec: CommandSpec<Result>) => Command;

/** The most jobs that one command lists. */
export const LISTED_MAX = 100;

/** `1 job`, `2 jobs`. */
export function jobsOf(count: number): string {
  return `${count} ${count === 1 ? "job" : "jobs"}`;
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
