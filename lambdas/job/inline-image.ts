import { INLINE_IMAGE_MAX_BYTES } from "./limits.ts";

const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

export type InlineImageType = "image/png" | "image/jpeg" | "image/webp";

/** An image that came inside the request. */
export interface InlineImage {
  readonly contentType: InlineImageType;
  readonly bytes: Buffer;
}

/** The image of a `data:` URI, or a sentence that says what is wrong with it. The declared type must be that of the bytes. */
export function parseInlineImage(dataUri: string): InlineImage | string {
  const declared = DATA_URI.exec(dataUri);
  if (!declared) return "must be a data URI of the form data:image/jpeg;base64,…";
  const base64 = dataUri.slice(declared[0].length);
  if (base64.length > Math.ceil(INLINE_IMAGE_MAX_BYTES / 3) * 4) return tooLarge;
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return "must hold valid base64 after the comma";
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length > INLINE_IMAGE_MAX_BYTES) return tooLarge;
  const contentType = sniff(bytes);
  if (!contentType) return "must be a PNG, JPEG or WebP image (the bytes are none of them)";
  if (declared[1]?.toLowerCase() !== contentType) return `declares ${declared[1]} but its bytes are ${contentType}`;
  return { contentType, bytes };
}

const tooLarge = `must be at most ${INLINE_IMAGE_MAX_BYTES} bytes when decoded`;

function sniff(bytes: Buffer): InlineImageType | undefined {
  if (bytes.subarray(0, 8).equals(Buffer.from("89504e470d0a1a0a", "hex"))) return "image/png";
  if (bytes.subarray(0, 3).equals(Buffer.from("ffd8ff", "hex"))) return "image/jpeg";
  if (bytes.toString("latin1", 0, 4) === "RIFF" && bytes.toString("latin1", 8, 12) === "WEBP") return "image/webp";
  return undefined;
}
