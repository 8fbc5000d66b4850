import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inject } from "vitest";

const pollMs = 100;
const makeTimeoutMs = 220_000;

/**
 * A folder that is made once in a test run, by the first test file that asks for it; the others wait until it is
 * complete. Tests must not change it. If `make` throws, every caller gets the same error.
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(inject("runFolder"), name);
  const failure = `${folder}.failure`;
  if (await isMaker(`${folder}.lock`)) {
    const fresh = `${folder}.new`;
    await mkdir(fresh);
    await make(fresh)
      .then(() => rename(fresh, folder))
      .catch((error: unknown) => writeFile(failure, String(error)));
  }
  const deadline = Date.now() + makeTimeoutMs;
  while (!(await exists(folder))) {
    if (await exists(failure)) throw new Error(`${name} could not be made: ${await readFile(failure, "utf8")}`);
    if (Date.now() > deadline) throw new Error(`${name} was not made in time`);
    await delay(pollMs);
  }
  return folder;
}

/** The folder `lock` can be created only once, so exactly one process gets true. */
function isMaker(lock: string): Promise<boolean> {
  return mkdir(lock).then(
    () => true,
    () => false,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
