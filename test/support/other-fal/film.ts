import hme from "h264-mp4-encoder";

const [width, height, frames] = [320, 180, 12];

/** The output of every request of this program: one second of H.264 in an MP4, from grey to white. */
export const film = await makeFilm();

async function makeFilm(): Promise<Buffer> {
  const encoder = await hme.createH264MP4Encoder();
  Object.assign(encoder, { width, height, frameRate: frames });
  encoder.initialize();
  for (let frame = 0; frame < frames; frame++) {
    encoder.addFrameRgba(new Uint8Array(4 * width * height).fill(128 + 10 * frame));
  }
  encoder.finalize();
  const bytes = Buffer.from(encoder.FS.readFile(encoder.outputFilename, { encoding: "binary" }));
  encoder.delete();
  return bytes;
}
