import { imageSize } from "image-size";
import { IMAGE_SIDE_MAX_PIXELS, IMAGE_SIDE_MIN_PIXELS } from "../limits.ts";
import { readDataUri } from "./input-file.ts";

export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** An image whose bytes match its type. */
export interface Image {
  readonly contentType: ImageType;
  readonly bytes: Buffer;
}

/** The image in a `data:` URI, or a sentence that says what is wrong with it. */
export function parseDataUri(dataUri: string): Image | string {
  const file = readDataUri(dataUri);
  return typeof file === "string" ? file : readImage(file.bytes, file.contentType);
}

/**
 * The image in these bytes, or a sentence that says why fal would refuse it: we find out before money is spent. A
 * declared type must match the bytes; undefined if no type was declared.
 */
export function readImage(bytes: Buffer, declaredType: string | undefined): Image | string {
  if (bytes.length === 0) return "must not be empty";
  const measured = measure(bytes);
  if (!measured) return "must be a PNG, JPEG or WebP image";
  const { contentType, width, height } = measured;
  if (declaredType !== undefined && declaredType.toLowerCase() !== contentType)
    return `is declared as ${declaredType}, but its bytes are ${contentType}`;
  if (Math.min(width, height) < IMAGE_SIDE_MIN_PIXELS || Math.max(width, height) > IMAGE_SIDE_MAX_PIXELS)
    return `must be from ${IMAGE_SIDE_MIN_PIXELS} to ${IMAGE_SIDE_MAX_PIXELS} pixels wide and high, not ${width}×${height}`;
  return { contentType, bytes };
}

const TYPE_BY_NAME: Readonly<Record<string, ImageType>> = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" };

function measure(bytes: Buffer) {
  try {
    const { type = "", width, height } = imageSize(bytes);
    const contentType = TYPE_BY_NAME[type];
    return contentType && { contentType, width, height };
  } catch {
    return undefined;
  }
}
