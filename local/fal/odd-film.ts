import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Script } from "./fault-schema.ts";
import type { Media, MediaFile } from "./media.ts";

/** What a scripted request has in place of its MP4. */
type Kind = NonNullable<Script["film"]>;

/** A stored film with its name. */
interface NamedFilm {
  readonly film: string;
  readonly file: MediaFile;
}

/** A page that a CDN may send in place of a file. */
export const htmlPage = Buffer.from(
  "<!doctype html><html><title>Please wait</title><p>The file is not ready.</p></html>\n",
);

const samples = join(import.meta.dirname, "..", "sample");
const extensions: Readonly<Record<string, string>> = {
  "video/quicktime": "mov",
  "video/webm": "webm",
  "image/gif": "gif",
};
const brandBytes = { from: 8, to: 12 };

/** The extension that a model gives a file of this content type. */
export function extensionOf(contentType: string): string {
  return extensions[contentType] ?? "mp4";
}

/** Whether fal describes another file than it has. */
export function isBroken(kind: Kind | undefined): boolean {
  return kind === "cut" || kind === "page";
}

/** Stores what a script has in place of the film, and returns it; or the film itself without a script. */
export async function makeOdd(kind: Kind | undefined, whole: NamedFilm, media: Media): Promise<NamedFilm> {
  if (kind === undefined) return whole;
  const file = await write(kind, whole.file);
  const film = whole.film.replace(/\.mp4$/, `-${kind}.${extensionOf(file.contentType)}`);
  await media.save(film, file);
  return { film, file };
}

async function write(kind: Kind, { bytes, contentType }: MediaFile): Promise<MediaFile> {
  switch (kind) {
    case "quicktime":
      return { bytes: asQuickTime(bytes), contentType: "video/quicktime" };
    case "webm":
      return { bytes: await readFile(join(samples, "clip.webm")), contentType: "video/webm" };
    case "gif":
      return { bytes: await readFile(join(samples, "clip.gif")), contentType: "image/gif" };
    case "cut":
      return { bytes: bytes.subarray(0, Math.floor((bytes.length * 2) / 3)), contentType };
    case "page":
      return { bytes: htmlPage, contentType };
  }
}

/** The same film under QuickTime's brand (ISO/IEC 14496-12 §4.3). */
function asQuickTime(film: Uint8Array): Uint8Array {
  const bytes = Buffer.from(film);
  bytes.write("qt  ", brandBytes.from, brandBytes.to - brandBytes.from, "latin1");
  return bytes;
}
