import { createFile, type Movie, MP4BoxBuffer } from "mp4box";

/** Parses an MP4 that was received completely; rejects when it is not one. */
export function readMovie(bytes: Uint8Array<ArrayBuffer>): Promise<Movie> {
  const file = createFile();
  return new Promise((resolve, reject) => {
    file.onReady = resolve;
    file.onError = (module, message) => reject(new Error(`${module}: ${message}`));
    file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(bytes.slice().buffer, 0), true);
    file.flush();
    reject(new Error("The file holds no movie."));
  });
}
