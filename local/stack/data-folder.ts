import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ClassicLevel } from "classic-level";

/**
 * The data folder of one local stack. Only this process may use it. It stores the few facts that must outlive the
 * process.
 */
export type DataFolder = {
  /** Reads a stored fact. */
  recall(name: string): Promise<string | undefined>;
  /** Stores a fact. It is on disk before the promise resolves. */
  remember(name: string, value: string): Promise<void>;
  close(): Promise<void>;
};

const retryDelayMs = 200;

/**
 * Creates the folder and locks it for this process. The operating system holds the lock (through LevelDB), so a SIGKILL
 * cannot leave it behind.
 * @param patienceMs how long to wait for a process that is just ending.
 * @throws Error if another process has locked the folder.
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
    // Another process may have created it at the same moment.
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
