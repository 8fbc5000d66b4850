const mostEdits = 2;
/** A long name may have one more: RENDER_SECS means RENDER_SECONDS. */
const mostEditsOfLong = 3;
const longNameLetters = 12;

/** The name that was probably meant: the nearest one that is few edits away. Upper and lower case count as equal. */
export function findNearestName(given: string, names: readonly string[]): string | undefined {
  const ranked = names
    .map((name) => ({ name, edits: countEdits(given.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= allowedEdits(name))
    .sort((one, other) => one.edits - other.edits);
  return ranked[0]?.name;
}

function allowedEdits({ length }: string): number {
  return length < longNameLetters ? Math.min(mostEdits, Math.floor(length / 3)) : mostEditsOfLong;
}

// The edits that make one text of the other: a character added, removed or replaced, or two neighbours exchanged.
function countEdits(one: string, other: string): number {
  let before: number[] = [];
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (row[column] ?? 0) + (letter === wanted ? 0 : 1);
      const isSwap = letter === other[column - 1] && wanted === one[line - 1];
      const swapped = isSwap ? (before[column - 1] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row.at(-1) ?? 0;
}
