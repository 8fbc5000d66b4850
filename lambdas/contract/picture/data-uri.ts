import { INLINE_IMAGE_MAX_BYTES } from "../../limits.ts";
import { bareType } from "./media-type.ts";

/** A file of which the sender may have declared a type. */
export interface DeclaredFile {
  /** Without parameters, in lower case; undefined if none was declared. */
  readonly declaredType: string | undefined;
  readonly bytes: Buffer;
}

const START = /^\s*data:/i;
/**
 * A data URI up to its data, if that is base64. Without a type that has a slash it is only a text. A file's name and a
 * quoted value may contain commas.
 */
const BASE64_HEADER =
  /^\s*data:([^;,]*\/[^;,]*|\s*)(?:;[^;,="]*="[^"]*"\s*|;\s*(?:file)?name\s*=[^;"]*|;(?!\s*(?:file)?name\s*=)[^;,"]*)*?;\s*base64\s*(,?)/i;
/** The same of one that is not base64. */
const PLAIN_HEADER = /^\s*data:([^;,]*)[^,]*(,?)/i;
const TYPE = /^[a-z0-9][\w.+*-]*\/[\w.+*-]+$/i;
/** So much of a data URI is searched for the start of its data. */
const HEADER_MAX_CHARACTERS = 1024;

/** Whether a text starts like a data URI. */
export function isDataUri(text: string): boolean {
  return START.test(text);
}

/** The header of a data URI with base64, up to its data; undefined for any other text. */
export function base64HeaderOf(text: string): string | undefined {
  const [header, , comma] = BASE64_HEADER.exec(text.slice(0, HEADER_MAX_CHARACTERS)) ?? [];
  return comma === "," ? header : undefined;
}

/** Whether a text is a data URI that says it is base64: a file, and not only a text that starts with "data:". */
export function isBase64DataUri(text: string): boolean {
  return BASE64_HEADER.test(text.slice(0, HEADER_MAX_CHARACTERS));
}

/**
 * The file in a data URI, as RFC 2397 and the world write them: any case, parameters, no type, base64 with line breaks
 * and blanks, without padding, in its URL-safe alphabet or percent-encoded, or percent-encoded bytes without base64.
 * Returns a sentence if it cannot be read.
 */
export function readDataUri(text: string): DeclaredFile | string {
  const start = text.slice(0, HEADER_MAX_CHARACTERS);
  const base64 = BASE64_HEADER.exec(start);
  const [header = "", type = "", comma] = base64 ?? PLAIN_HEADER.exec(start) ?? [];
  if (comma !== ",") return "must be a data URI with a comma before its data, such as data:image/jpeg;base64,…";
  const bytes = base64 ? readBase64(text.slice(header.length)) : readPercentEncoded(text.slice(header.length));
  if (typeof bytes === "string") return bytes;
  const declaredType = bareType(type);
  return { declaredType: TYPE.test(declaredType) ? declaredType : undefined, bytes };
}

/** The sentence about an inline file that is too large. */
export const tooLarge = `must be at most ${INLINE_IMAGE_MAX_BYTES} bytes when decoded; upload larger images with POST /uploads first`;

function readBase64(text: string): Buffer | string {
  const unescaped = text.includes("%") ? percentDecoded(text) : text;
  if (unescaped === undefined)
    return "must contain valid base64 after the comma; a percent sign is not followed by two hex digits";
  const base64 = unescaped.replaceAll(/\s+/g, "").replace(/={1,2}$/, "");
  if (base64 === "") return "has no data after the comma";
  if (base64.length > Math.ceil((INLINE_IMAGE_MAX_BYTES * 4) / 3)) return tooLarge;
  const odd = /[^A-Za-z0-9+/_-]/.exec(base64);
  if (odd) return `must contain valid base64 after the comma; ${JSON.stringify(odd[0])} is not base64`;
  if (base64.length % 4 === 1) return "must contain valid base64 after the comma; characters are missing";
  return Buffer.from(base64, "base64");
}

/** The bytes of data that is not base64 (RFC 2397 §3). */
function readPercentEncoded(text: string): Buffer | string {
  const decoded = percentDecoded(text);
  if (decoded === undefined)
    return "must contain valid percent-encoded data after the comma, or base64 marked as ;base64";
  return decoded.length > INLINE_IMAGE_MAX_BYTES ? tooLarge : Buffer.from(decoded, "latin1");
}

/** A text with each percent code replaced by its byte, as Latin-1; undefined if it contains another percent sign. */
function percentDecoded(text: string): string | undefined {
  if (/%(?![0-9a-f]{2})/i.test(text) || /[^\0-\xff]/.test(text)) return undefined;
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
