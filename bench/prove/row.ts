import type { Ending } from "./caller.ts";
import type { Job } from "./plan.ts";
import type { Stack } from "./stack.ts";

/** Where a row's programs find fal. */
export interface Setting {
  /** The emulator: `https://HOST/path` of fal's is at `{falUrl}/HOST/path`. */
  readonly falUrl: string;
}

/** One way to get videos from fal, ready to run jobs. */
export interface Program {
  /** Runs one job to its end, as its caller sees it. */
  run(job: Job): Promise<Ending>;
  /** Kills the service that submits, and starts it again. Without it, the program lets its own processes die. */
  killAndRestart?(): Promise<void>;
  close(): Promise<void>;
}

/** One line of the table. */
export interface Row {
  /** The name for `--only`. */
  readonly name: string;
  /** What it is, in words. */
  readonly client: string;
  open(setting: Setting): Promise<Program>;
}

/** A line of the table whose jobs go through this service. */
export interface ServiceRow extends Omit<Row, "open"> {
  open(setting: Setting, stack: Stack): Promise<Program>;
}

/** For programs that hold nothing open. */
export async function nothingToClose(): Promise<void> {}
