import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutation } from "./mutation.ts";

const root = join(import.meta.dirname, "..", "..");
const copied = [
  "lambdas",
  "openapi",
  "infra",
  "local",
  "operate",
  "test",
  "docs",
  "cdk.json",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "vitest.config.ts",
];

/** A copy of the project, which is broken by one mutation at a time. */
export async function copyProject(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), "fal-jobs-mutation-"));
  for (const name of copied) await cp(join(root, name), join(checkout, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}

export function removeCopy(checkout: string): Promise<void> {
  return rm(checkout, { recursive: true, force: true });
}

/** Applies a mutation's edits and returns a function that undoes them. */
export async function applyMutation(checkout: string, { edits }: Mutation): Promise<() => Promise<void>> {
  const originals = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(checkout, file);
    const text = await readFile(path, "utf8");
    if (!originals.has(path)) originals.set(path, text);
    await writeFile(
      path,
      text.replace(find, () => replace),
    );
  }
  return async () => {
    for (const [path, text] of originals) await writeFile(path, text);
  };
}
