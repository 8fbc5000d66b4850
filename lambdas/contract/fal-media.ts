import { bareType } from "./picture/media-type.ts";

/**
 * The files that may go to fal's storage in parts, and the extension under which each is stored. SVG is left out: it
 * can contain scripts.
 */
const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/avif": "avif",
  "image/bmp": "bmp",
  "image/gif": "gif",
  "image/heic": "heic",
  "image/heif": "heif",
  "image/jpeg": "jpeg",
  "image/png": "png",
  "image/tiff": "tiff",
  "image/webp": "webp",
  "video/3gpp": "3gp",
  "video/mp4": "mp4",
  "video/mpeg": "mpeg",
  "video/ogg": "ogv",
  "video/quicktime": "mov",
  "video/webm": "webm",
  "video/x-m4v": "m4v",
  "video/x-matroska": "mkv",
  "video/x-msvideo": "avi",
  "audio/aac": "aac",
  "audio/flac": "flac",
  "audio/mp4": "m4a",
  "audio/mpeg": "mp3",
  "audio/ogg": "oga",
  "audio/opus": "opus",
  "audio/wav": "wav",
  "audio/webm": "weba",
  "audio/x-m4a": "m4a",
  "audio/x-wav": "wav",
};

/** An image, a video or a sound: its type without parameters, and the extension of its name. */
export interface FalMedia {
  readonly type: string;
  readonly extension: string;
}

/** The media that a content type names; undefined if it names none. */
export function falMedia(contentType: string): FalMedia | undefined {
  const type = bareType(contentType);
  const extension = Object.hasOwn(EXTENSIONS, type) ? EXTENSIONS[type] : undefined;
  return extension === undefined ? undefined : { type, extension };
}
