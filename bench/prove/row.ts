import type { Ending } from "./caller.ts";
import type { Job } from "./plan.ts";

/** Where a row's programs find fal. */
export interface Setting {
  /** The emulator: `https://HOST/path` of fal's is at `{falUrl}/HOST/path`. */
  readonly falUrl: string;
}

/** One way to get videos from fal, ready to run jobs. */
export interface Program {
  /** Runs one job to its end, as its caller sees it. */
  run(job: Job): Promise<Ending>;
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

/** For programs that hold nothing open. */
export async function nothingToClose(): Promise<void> {}
