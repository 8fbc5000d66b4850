/** One way to break the code, which some test must notice. */
export interface Mutation {
  /** The rule or promise that it breaks. */
  readonly rule: string;
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Which tests must notice it; by default the unit tests and the simulation. */
  readonly tests?: readonly string[];
}

interface Edit {
  readonly file: string;
  /** Must stand in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The name that a run prints and that `caught-by.json` lists. */
export function nameOf({ rule, what }: Mutation): string {
  return `${rule}: ${what}`;
}

/** A mutation of one place. */
export function one(
  rule: string,
  what: string,
  file: string,
  find: string,
  replace: string,
  tests?: readonly string[],
): Mutation {
  return { rule, what, edits: [{ file, find, replace }], ...(tests && { tests }) };
}

/** A mutation of several places. */
export function two(rule: string, what: string, edits: readonly Edit[]): Mutation {
  return { rule, what, edits };
}
