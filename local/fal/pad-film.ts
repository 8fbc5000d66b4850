import type { Media, MediaFile } from "./media.ts";

const boxHeaderBytes = 8;

/**
 * Stores a film again with a `free` box at its end (ISO/IEC 14496-12 §8.1.2), which players skip, so that it has
 * `videoBytes`. Returns the new file's name; or the same name if the film is already that large.
 */
export async function padFilm(film: string, videoBytes: number, media: Media): Promise<string> {
  const name = film.replace(/\.mp4$/, `-${videoBytes}.mp4`);
  if (await media.find(name)) return name;
  const file = await media.find(film);
  const missing = videoBytes - (file?.bytes.length ?? videoBytes);
  if (!file || missing < boxHeaderBytes) return film;
  await media.save(name, appendBox(file, missing));
  return name;
}

function appendBox({ bytes, contentType }: MediaFile, boxBytes: number): MediaFile {
  const box = Buffer.alloc(boxBytes);
  box.writeUInt32BE(boxBytes);
  box.write("free", 4, "latin1");
  return { bytes: Buffer.concat([bytes, box]), contentType };
}
