import { createFile, type Movie, MP4BoxBuffer } from "mp4box";
import type { VideoFile } from "../job/job.ts";

/** What an MP4's own header says of it. */
export type MovieFacts = Pick<VideoFile, "duration_seconds" | "width" | "height" | "codec">;

/** Reads a movie's facts while its bytes pass by; the pictures themselves are not kept. Bytes that are no MP4 have no facts, and that is no error. */
export function readMovie() {
  const file = createFile(false);
  let movie: Movie | undefined;
  let isReadable = true;
  let position = 0;
  file.onReady = (info) => {
    movie = info;
  };
  const attempt = (step: () => unknown) => {
    try {
      if (isReadable) step();
    } catch {
      isReadable = false;
    }
  };
  return {
    take(chunk: Uint8Array): void {
      attempt(() => file.appendBuffer(MP4BoxBuffer.fromArrayBuffer(new Uint8Array(chunk).buffer, position)));
      position += chunk.length;
    },
    facts(): MovieFacts {
      attempt(() => file.flush());
      return movie === undefined ? {} : factsOf(movie);
    },
  };
}

function factsOf(movie: Movie): MovieFacts {
  const track = movie.videoTracks[0];
  const seconds = movie.duration / movie.timescale;
  return {
    ...(Number.isFinite(seconds) && seconds > 0 && { duration_seconds: Math.round(seconds * 1000) / 1000 }),
    ...(track?.video && { width: track.video.width, height: track.video.height }),
    ...(track && { codec: track.codec }),
  };
}
