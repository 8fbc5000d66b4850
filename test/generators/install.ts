import { execFile } from "node:child_process";
import { cp, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = import.meta.dirname;
/** Where the generators are installed: outside the folders that tests, types and lint look through. */
const folder = join(here, "..", "..", "node_modules", ".cache", "fal-jobs-generators");
/** The longest that the installation may take. */
export const INSTALL_MS = 600_000;

/**
 * Installs the generators exactly as this folder's lock file says, unless they are installed already. Returns their
 * folder. Throws where the registry cannot be reached.
 */
export async function installGenerators(): Promise<string> {
  const lock = await readFile(join(here, "package-lock.json"), "utf8");
  if (await isInstalled(lock)) return folder;
  await mkdir(folder, { recursive: true });
  for (const name of ["package.json", "package-lock.json"]) await cp(join(here, name), join(folder, name));
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"], {
    cwd: folder,
    timeout: INSTALL_MS,
  });
  await cp(join(here, "package-lock.json"), join(folder, "installed.json"));
  return folder;
}

async function isInstalled(lock: string): Promise<boolean> {
  return (await readFile(join(folder, "installed.json"), "utf8").catch(() => "")) === lock;
}
