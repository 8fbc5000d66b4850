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
 * A data URI up to its data, if that is base64. Its type is one word, or has a slash; other texts are only texts. A
 * file's name and a quoted value may contain commas. Some programs write parameters behind `base64`, too.
 */
const BASE64_HEADER =
  /^\s*data:([^;,]*\/[^;,]*|\s*[\w.+*%-]*\s*)(?:;[^;,="]*="[^"]*"\s*|;\s*(?:file)?name\s*=[^;"]*|;(?!\s*(?:file)?name\s*=)[^;,"]*)*?;\s*base64\s*(?:;[^;,="]*="[^"]*"\s*|;[^;,"]*)*(,?)/i;
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
  if (comma !== ",") return text.includes(",", HEADER_MAX_CHARACTERS) ? HEADER_TOO_LONG : NO_COMMA;
  const bytes = base64 ? readBase64(text.slice(header.length)) : readPercentEncoded(text.slice(header.length));
  if (typeof bytes === "string") return bytes;
  const declaredType = bareType(type);
  return { declaredType: TYPE.test(declaredType) ? declaredType : undefined, bytes };
}

const NO_COMMA = "must be a data URI with a comma before its data, such as data:image/jpeg;base64,…";
const HEADER_TOO_LONG = `must be a data URI with at most ${HEADER_MAX_CHARACTERS} characters before the comma`;

/** The sentence about an inline file that is too large. */
export const tooLarge = `must be at most ${INLINE_IMAGE_MAX_BYTES} bytes when decoded; upload larger images with POST /uploads first`;

function readBase64(text: string): Buffer | string {
  const foreign = /[^\0-\xff]/.exec(text);
  if (foreign) return notBase64(foreign[0]);
  const decoded = percentDecoded(text);
  if (decoded === undefined)
    return "must contain valid base64 after the comma; a percent sign is not followed by two hex digits";
  const base64 = withoutBlanks(decoded)
    .toString("latin1")
    .replace(/={1,2}$/, "");
  if (base64 === "") return "has no data after the comma";
  if (base64.length > Math.ceil((INLINE_IMAGE_MAX_BYTES * 4) / 3)) return tooLarge;
  const odd = /[^A-Za-z0-9+/_-]/.exec(base64);
  if (odd) return notBase64(odd[0]);
  if (base64.length % 4 === 1) return "must contain valid base64 after the comma; characters are missing";
  return Buffer.from(base64, "base64");
}

function notBase64(character: string): string {
  return `must contain valid base64 after the comma; ${JSON.stringify(character)} is not base64`;
}

/** The same bytes, moved together where blanks and line breaks were. */
function withoutBlanks(bytes: Buffer): Buffer {
  let length = 0;
  for (const byte of bytes) if (!BLANKS.has(byte)) bytes[length++] = byte;
  return bytes.subarray(0, length);
}

/** What `\s` matches in Latin-1. */
const BLANKS = new Set([0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0]);

/** The bytes of data that is not base64 (RFC 2397 §3). */
function readPercentEncoded(text: string): Buffer | string {
  const decoded = percentDecoded(text);
  if (decoded === undefined)
    return "must contain valid percent-encoded data after the comma, or base64 marked as ;base64";
  return decoded.length > INLINE_IMAGE_MAX_BYTES ? tooLarge : decoded;
}

const PERCENT = 0x25;

/** The bytes of a Latin-1 text with percent codes; undefined if it has other characters, or another percent sign. */
function percentDecoded(text: string): Buffer | undefined {
  if (/[^\0-\xff]/.test(text)) return undefined;
  const bytes = Buffer.from(text, "latin1");
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] === PERCENT ? 16 * hexDigit(bytes[at + 1]) + hexDigit(bytes[at + 2]) : (bytes[at] ?? 0);
    if (Number.isNaN(byte)) return undefined;
    if (bytes[at] === PERCENT) at += 2;
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** The value of a digit from its ASCII code; NaN if it is none. */
function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}
