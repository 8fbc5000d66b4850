/** One way to break the code, which a test must catch. */
export interface Mutation {
  /** The rule or promise that it breaks. */
  readonly rule: string;
  readonly what: string;
  readonly edits: readonly Edit[];
  /** The tests that must catch it; default: the unit tests and the simulation. */
  readonly tests?: readonly string[];
}

interface Edit {
  readonly file: string;
  /** Must occur in the file exactly once. */
  readonly find: string;
  readonly replace: string;
}

/** The name that a run prints and `caught-by.json` uses as key. */
export function nameOf({ rule, what }: Mutation): string {
  return `${rule}: ${what}`;
}

/** A mutation with one edit. */
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

/** A mutation with several edits. */
export function two(rule: string, what: string, edits: readonly Edit[]): Mutation {
  return { rule, what, edits };
}
