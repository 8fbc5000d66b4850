/** The types of pictures that jobs accept. */
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/webp"] as const;
export type ImageType = (typeof IMAGE_TYPES)[number];

/** Other names under which senders declare these types: old ones, wrong ones, and a special case of PNG. */
const ALIASES: Readonly<Record<string, ImageType>> = {
  "image/jpg": "image/jpeg",
  "image/pjpeg": "image/jpeg",
  "image/pjpg": "image/jpeg",
  "image/jpe": "image/jpeg",
  "image/jfif": "image/jpeg",
  "image/x-jpeg": "image/jpeg",
  "image/x-jpg": "image/jpeg",
  "image/x-citrix-jpeg": "image/jpeg",
  "image/x-png": "image/png",
  "image/x-citrix-png": "image/png",
  "image/apng": "image/png",
  "image/vnd.mozilla.apng": "image/png",
  "image/x-webp": "image/webp",
};

/** Picture formats that jobs do not accept, by the names that senders declare. */
const OTHER_PICTURES = new Set(
  [
    ["aces", "avci", "avcs", "avif", "avif-sequence", "bmp", "x-bmp", "x-ms-bmp", "x-bitmap", "cgm", "emf", "x-emf"],
    ["dicom-rle", "fits", "gif", "heic", "heic-sequence", "heif", "heif-sequence", "hej2k", "hsj2", "ico", "icon"],
    ["j2c", "j2k", "jls", "jp2", "jpeg2000", "jpm", "jpx", "jxl", "jxr", "ktx", "ktx2", "psd", "svg", "svg+xml", "tif"],
    ["tiff", "tiff-fx", "tga", "vnd.adobe.photoshop", "vnd.djvu", "vnd.dxf", "vnd.microsoft.icon", "vnd.ms-photo"],
    ["vnd.radiance", "wmf", "x-adobe-dng", "x-canon-cr2", "x-exr", "x-icon", "x-nikon-nef", "x-photoshop", "x-pcx"],
    ["x-portable-anymap", "x-portable-bitmap", "x-portable-graymap", "x-portable-pixmap", "x-sony-arw", "x-targa"],
    ["x-tga", "x-tiff", "x-xbitmap", "x-xpixmap"],
  ]
    .flat()
    .map((subtype) => `image/${subtype}`),
);

/** A content type without parameters, in lower case. */
export function bareType(contentType: string | undefined): string {
  return contentType?.split(";")[0]?.trim().toLowerCase() ?? "";
}

/**
 * The picture format that a sender declared: one of ours, under its own name or another, or the name of a format that
 * jobs do not accept. Undefined if the sender does not know: no type, `application/octet-stream`, a wildcard or any
 * type that names no picture. Then the bytes decide.
 */
export function declaredPicture(contentType: string | undefined): string | undefined {
  const type = bareType(contentType);
  if (isImageType(type) || OTHER_PICTURES.has(type)) return type;
  return Object.hasOwn(ALIASES, type) ? ALIASES[type] : undefined;
}

/** The types that senders declare for bytes that they do not know. */
const UNKNOWN_TYPES = ["application/octet-stream", "binary/octet-stream"];

/** Whether a content type names something that is no picture, such as `text/html`. */
export function isOtherType(contentType: string): boolean {
  const type = bareType(contentType);
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) && !type.startsWith("image/") && !UNKNOWN_TYPES.includes(type);
}

/** Whether a content type is the name of one of our picture formats. */
export function isImageType(type: string): type is ImageType {
  return (IMAGE_TYPES as readonly string[]).includes(type);
}
