import type { Context, Options } from "../command.ts";

/** What a check looks at, read once for all of them. */
export interface Patient extends Context {
  readonly options: Options;
  /** Variables of the submit function. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What a check found. If something is wrong: the command, or the step, that corrects it. */
export type Finding =
  | { readonly isWell: true; readonly found: string }
  | { readonly isWell: false; readonly found: string; readonly fix: string };

export interface Check {
  /** Also the anchor of its section in docs/guide/operate.md. */
  readonly id: string;
  readonly name: string;
  /** Whether jobs suffer if it fails. Others are advice. */
  readonly isRequired: boolean;
  /** Ids of checks without which this one tells nothing. */
  readonly needs: readonly string[];
  readonly look: (patient: Patient) => Promise<Finding | undefined>;
}

export function well(found: string): Finding {
  return { isWell: true, found };
}

export function unwell(found: string, fix: string): Finding {
  return { isWell: false, found, fix };
}
