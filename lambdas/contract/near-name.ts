/** The name that was probably meant: the same one but for two letters in a row, or the start of one. */
export function nearName(given: string, names: readonly string[]): string | undefined {
  const lower = given.toLowerCase();
  return names.find((name) => differingLetters(lower, name) <= 2) ?? names.find((name) => name.startsWith(`${lower}_`));
}

/** What is left of the longer one without the common start and the common end. */
function differingLetters(one: string, other: string): number {
  const shortest = Math.min(one.length, other.length);
  let start = 0;
  while (start < shortest && one[start] === other[start]) start++;
  let end = 0;
  while (end < shortest - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  return Math.max(one.length, other.length) - start - end;
}
