import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { type Mutation, nameOf } from "./mutation.ts";

const root = join(import.meta.dirname, "..", "..");

/**
 * The problems of the list of mutations, one sentence each. Empty: each mutation can be applied and changes the code.
 */
export function findMisfits(mutations: readonly Mutation[]): readonly string[] {
  const names = new Set<string>();
  return mutations.flatMap((mutation) => {
    const name = nameOf(mutation);
    const isRepeated = names.has(name);
    names.add(name);
    const problems = [...(isRepeated ? ["another mutation has the same name"] : []), ...missingTests(mutation)];
    return [...problems, ...misfitsOf(mutation)].map((problem) => `${name}: ${problem}`);
  });
}

function missingTests({ tests = [] }: Mutation): readonly string[] {
  return tests.filter((path) => !existsSync(join(root, path))).map((path) => `the test ${path} does not exist`);
}

/** Applies each edit on top of the previous ones, as a run does. An edit that does not parse would count as caught. */
function misfitsOf({ edits }: Mutation): readonly string[] {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(root, file);
    if (!existsSync(path)) return [`${file} does not exist`];
    const text = texts.get(file) ?? readFileSync(path, "utf8");
    const count = text.split(find).length - 1;
    if (count !== 1) return [`${file} must contain this once, and contains it ${count} times: ${find}`];
    if (find === replace) return [`the edit of ${file} changes nothing`];
    texts.set(
      file,
      text.replace(find, () => replace),
    );
  }
  return [...texts].flatMap(([file, text]) => (parses(text) ? [] : [`${file} is not TypeScript after the edit`]));
}

function parses(text: string): boolean {
  try {
    transformSync(text, { loader: "ts", logLevel: "silent" });
    return true;
  } catch {
    return false;
  }
}
