import { createFile, type Movie, MP4BoxBuffer } from "mp4box";

/** Parses an MP4; rejects when it is not one. */
export function readMovie(bytes: Buffer): Promise<Movie> {
  const file = createFile();
  return new Promise((resolve, reject) => {
    file.onReady = resolve;
    file.onError = (module, message) => reject(new Error(`${module}: ${message}`));
    const copy = new Uint8Array(bytes);
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(copy.buffer, 0), true);
    file.flush();
    reject(new Error("the file holds no movie"));
  });
}
