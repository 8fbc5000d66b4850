import { recogniseGif } from "./gif.ts";
import { recogniseMp4 } from "./mp4.ts";
import type { VideoForm } from "./structure.ts";
import { recogniseWebm } from "./webm.ts";

/** The form of a video, by its first bytes whatever it is called (rule P31); undefined if they begin no video. */
export function recogniseVideo(head: Buffer): VideoForm | undefined {
  return recogniseMp4(head) ?? recogniseWebm(head) ?? recogniseGif(head);
}

const VIDEO_EXTENSION = /\.(mp4|m4v|mov|qt|webm|mkv|gif|avi)$/i;
const SAME_EXTENSIONS: Readonly<Record<string, string>> = { m4v: "mp4", qt: "mov" };

/** A video's file name, in which the extension of another form is replaced. */
export function nameWithExtension(fileName: string, extension: string): string {
  const named = VIDEO_EXTENSION.exec(fileName)?.[1]?.toLowerCase();
  if (named === undefined || (SAME_EXTENSIONS[named] ?? named) === extension) return fileName;
  return fileName.replace(VIDEO_EXTENSION, `.${extension}`);
}
