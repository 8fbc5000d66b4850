import { IMAGE_MAX_PIXELS, IMAGE_SIDE_MAX_PIXELS, IMAGE_SIDE_MIN_PIXELS } from "../limits.ts";
import { isBase64DataUri, readDataUri } from "./picture/data-uri.ts";
import { isJpeg, readJpeg } from "./picture/jpeg.ts";
import { declaredPicture, type ImageType } from "./picture/media-type.ts";
import { whatElse } from "./picture/other-formats.ts";
import { isPng, readPng } from "./picture/png.ts";
import type { PictureSize } from "./picture/size.ts";
import { isWebp, readWebp } from "./picture/webp.ts";

/** A whole image. Its content type is what its bytes say. */
export interface Image {
  readonly contentType: ImageType;
  readonly bytes: Buffer;
}

interface Format {
  readonly contentType: ImageType;
  readonly starts: (bytes: Buffer) => boolean;
  readonly read: (bytes: Buffer) => PictureSize | string;
}

const FORMATS: readonly Format[] = [
  { contentType: "image/png", starts: isPng, read: readPng },
  { contentType: "image/jpeg", starts: isJpeg, read: readJpeg },
  { contentType: "image/webp", starts: isWebp, read: readWebp },
];

/** The image in a `data:` URI, or a sentence that says what is wrong with it. */
export function parseDataUri(dataUri: string): Image | string {
  const file = readDataUri(dataUri);
  if (typeof file === "string") return file;
  const image = readImage(file.bytes, file.declaredType);
  if (typeof image !== "string" || isBase64DataUri(dataUri) || imageTypeOf(file.bytes)) return image;
  return `${image}; this data URI is not marked as base64, as in data:image/jpeg;base64,…`;
}

/** The picture format that some bytes start like; undefined if it is none of ours. */
export function imageTypeOf(bytes: Buffer): ImageType | undefined {
  return FORMATS.find(({ starts }) => starts(bytes))?.contentType;
}

/**
 * The image in some bytes, or a sentence that says why fal would refuse it. Checking here costs nothing; at fal it
 * would cost money. The bytes decide what it is; a `declaredType` only contradicts them if it names another picture
 * format. Takes one pass over the bytes and a bounded time, whatever they are (rule P28).
 */
export function readImage(bytes: Buffer, declaredType: string | undefined): Image | string {
  if (bytes.length === 0) return "must not be empty";
  const format = FORMATS.find(({ starts }) => starts(bytes));
  if (!format) return `must be a PNG, JPEG or WebP image${whatElse(bytes)}`;
  const { contentType, read } = format;
  const declared = declaredPicture(declaredType);
  if (declared !== undefined && declared !== contentType)
    return `is declared as ${declared}, but its bytes are ${contentType}`;
  const size = read(bytes);
  if (typeof size === "string") return size;
  return sizeProblem(size) ?? { contentType, bytes };
}

function sizeProblem({ width, height }: PictureSize): string | undefined {
  if (Math.min(width, height) < IMAGE_SIDE_MIN_PIXELS || Math.max(width, height) > IMAGE_SIDE_MAX_PIXELS)
    return `must be from ${IMAGE_SIDE_MIN_PIXELS} to ${IMAGE_SIDE_MAX_PIXELS} pixels wide and high, not ${width}×${height}`;
  if (width * height > IMAGE_MAX_PIXELS)
    return `must have at most ${IMAGE_MAX_PIXELS} pixels, not ${width}×${height} = ${width * height}`;
  return undefined;
}
