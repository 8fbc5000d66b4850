import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";

/**
 * A map that is also stored on disk if the journal is. Values are plain JSON and replaced as a whole, never changed in
 * place.
 */
export interface Table<T> {
  get(key: string): T | undefined;
  /** All values, oldest key first after a start, in order of insertion since. */
  values(): T[];
  /** Visible at once; on disk when the promise resolves. */
  put(key: string, value: T): Promise<void>;
  delete(key: string): Promise<void>;
  clear(): Promise<void>;
}

/** All state that the emulator stores. */
export interface Journal {
  table<T>(name: string): Promise<Table<T>>;
  close(): Promise<void>;
}

/**
 * Opens the journal under `dataDir`, or one in memory without it. A stored value survives a SIGKILL: LevelDB hands each
 * write to the operating system before it acknowledges it.
 */
export async function openJournal(dataDir: string | undefined): Promise<Journal> {
  if (dataDir === undefined) return { table: async () => memoryTable(new Map()), close: async () => {} };
  await mkdir(dataDir, { recursive: true });
  const level = new ClassicLevel(join(dataDir, "journal"));
  await level.open();
  return { table: (name) => diskTable(level, name), close: () => level.close() };
}

function memoryTable<T>(rows: Map<string, T>): Table<T> {
  return {
    get: (key) => rows.get(key),
    values: () => [...rows.values()],
    put: async (key, value) => void rows.set(key, value),
    delete: async (key) => void rows.delete(key),
    clear: async () => rows.clear(),
  };
}

async function diskTable<T>(level: ClassicLevel, name: string): Promise<Table<T>> {
  const disk = level.sublevel<string, T>(name, { valueEncoding: "json" });
  const memory = memoryTable<T>(new Map(await disk.iterator().all()));
  // One write after another: two writes of one key must not overtake each other in the thread pool.
  let last: Promise<void> = Promise.resolve();
  const write = (change: () => Promise<void>) => {
    last = last.then(change);
    return last;
  };
  return {
    get: memory.get,
    values: memory.values,
    put: async (key, value) => {
      await memory.put(key, value);
      await write(() => disk.put(key, value));
    },
    delete: async (key) => {
      await memory.delete(key);
      await write(() => disk.del(key));
    },
    clear: async () => {
      await memory.clear();
      await write(() => disk.clear());
    },
  };
}
