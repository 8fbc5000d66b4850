import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClassicLevel } from "classic-level";

/** The folder of one local stack, held by this process alone, with the few facts that must outlive it. */
export type DataFolder = {
  /** Reads a remembered fact. */
  recall(name: string): Promise<string | undefined>;
  /** Remembers a fact, on disk before the promise is fulfilled. */
  remember(name: string, value: string): Promise<void>;
  close(): Promise<void>;
};

const retryDelayMs = 200;

/**
 * Makes the folder and takes it for this process. The lock is the operating system's own (LevelDB's),
 * so that a SIGKILL cannot leave it behind.
 * @param patienceMs how long to wait for a process that is just ending.
 * @throws Error when another process keeps the folder.
 */
export async function openDataFolder(path: string, patienceMs: number): Promise<DataFolder> {
  await makeFolder(path);
  const facts = await openFacts(join(path, "stack"), Date.now() + patienceMs);
  if (!facts) throw new Error(`another local stack is using ${path}; stop it, or set another DATA_DIR`);
  return {
    recall: (name) => facts.get(name),
    remember: (name, value) => facts.put(name, value, { sync: true }),
    close: () => facts.close(),
  };
}

// Node's own recursive mkdir never returns for a folder that cannot exist, such as /proc/x.
async function makeFolder(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) return;
  if (dirname(path) !== path && existing === undefined) await makeFolder(dirname(path));
  await mkdir(path).catch(async (error: unknown) => {
    // Another process may have made it at the same moment.
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  });
}

async function openFacts(path: string, deadline: number): Promise<ClassicLevel | undefined> {
  while (true) {
    const facts = new ClassicLevel(path);
    try {
      await facts.open();
      return facts;
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (Date.now() > deadline) return undefined;
      await delay(retryDelayMs);
    }
  }
}

function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "LEVEL_LOCKED";
}
