import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Journal } from "./journal.ts";

/** A stored file with its media type. */
export interface MediaFile {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

interface Files {
  save(name: string, file: MediaFile): Promise<void>;
  find(name: string): Promise<MediaFile | undefined>;
}

/** The files of fal's CDN, by the last segment of their URL. */
export interface Media extends Files {
  /** The file is no longer found after `expiresMs` (epoch milliseconds). */
  limit(name: string, expiresMs: number): Promise<void>;
  /** The file behind a URL of fal's media hosts, real or as the emulator serves them; undefined for any other URL. */
  nameIn(url: string): string | undefined;
}

const mediaUrl = /^https?:\/\/(?:v3b?\.fal\.media|[^/]+\/v3b?\.fal\.media)\/files\/(?:[^?#]*\/)?([\w.-]+)(?:[?#]|$)/;

/**
 * Opens the files kept under `dataDir`, or in memory without it. Each file is complete or absent, even if the process
 * dies.
 */
export async function openMedia(journal: Journal, dataDir: string | undefined): Promise<Media> {
  const files = dataDir === undefined ? memoryFiles() : await folderFiles(join(dataDir, "media"), journal);
  const expiries = await journal.table<number>("media_expiry");
  const isGone = (name: string) => (expiries.get(name) ?? Number.POSITIVE_INFINITY) <= Date.now();
  return {
    save: files.save,
    find: async (name) => (isGone(name) ? undefined : files.find(name)),
    limit: expiries.put,
    nameIn: (url) => mediaUrl.exec(url)?.[1],
  };
}

function memoryFiles(): Files {
  const files = new Map<string, MediaFile>();
  return { save: async (name, file) => void files.set(name, file), find: async (name) => files.get(name) };
}

async function folderFiles(folder: string, journal: Journal): Promise<Files> {
  await mkdir(folder, { recursive: true });
  const contentTypes = await journal.table<string>("media");
  return {
    save: async (name, { bytes, contentType }) => {
      const partial = join(folder, `.${randomUUID()}`);
      await writeFile(partial, bytes);
      await rename(partial, join(folder, name));
      await contentTypes.put(name, contentType);
    },
    find: async (name) => {
      const contentType = contentTypes.get(name);
      return contentType === undefined ? undefined : { contentType, bytes: await readFile(join(folder, name)) };
    },
  };
}
