import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { OpsError } from "./connect.ts";

/** What keys change in a settings file; everything else in it stays as it is. */
const settingsSchema = z.looseObject({
  owners: z.record(z.string(), z.string()).default({}),
  dailyBudgets: z.record(z.string(), z.number()).default({}),
});

/** The owners of keys in a settings file; none if there is no such file. Throws OpsError. */
export async function ownersIn(path: string): Promise<Readonly<Record<string, string>>> {
  return (await readSettings(path)).owners;
}

/** Writes a key's owner, and the owner's budget if one is given, into a settings file. Throws OpsError. */
export async function changeSettings(path: string, keyId: string, owner: string, budget?: number): Promise<void> {
  const { owners, dailyBudgets, ...others } = await readSettings(path);
  const budgets = budget === undefined ? dailyBudgets : { ...dailyBudgets, [owner]: budget };
  const settings = {
    ...others,
    owners: { ...owners, [keyId]: owner },
    ...(Object.keys(budgets).length > 0 && { dailyBudgets: budgets }),
  };
  await mkdir(dirname(path), { recursive: true });
  // Whole or not at all: a deployment with half of it would forget owners.
  await writeFile(`${path}.new`, `${JSON.stringify(settings, undefined, 2)}\n`);
  await rename(`${path}.new`, path);
}

async function readSettings(path: string) {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "{}";
    throw new OpsError(`${path} cannot be read: ${error.message}`);
  });
  try {
    return settingsSchema.parse(JSON.parse(text));
  } catch {
    throw new OpsError(
      `${path}: expected a JSON object with owners and dailyBudgets as docs/guide/settings.md has them`,
    );
  }
}
