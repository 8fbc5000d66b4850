import * as z from "zod/mini";
import { URL_MAX_CHARACTERS } from "../limits.ts";
import { parseUrl } from "./parse-url.ts";
import { isLoopbackHost, isPublicHost } from "./public-host.ts";
import { isOwnServer, type Site } from "./site.ts";

/** Control characters other than newline and tab. */
const CONTROL_CHARACTERS = /[^\P{Cc}\n\t]/u;

/** Not blank, and no control characters other than newline, CRLF and tab. */
const PLAIN_TEXT = String.raw`^(?=[\s\S]*\S)(?:[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffd]|\r\n)+$`;

/**
 * Text written by a person: well-formed Unicode, 1 to `maxCharacters` code points, no control characters except newline
 * and tab. CRLF becomes a newline; a byte order mark is dropped.
 */
export function plainText(maxCharacters: number) {
  return z.string().check(
    z.overwrite((text) => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n")),
    z.meta({ minLength: 1, maxLength: maxCharacters, pattern: PLAIN_TEXT }),
    z.refine((text) => text.trim().length > 0, { error: "must not be empty" }),
    z.refine((text) => codePoints(text) <= maxCharacters, { error: `must be at most ${maxCharacters} characters` }),
    z.refine((text) => !CONTROL_CHARACTERS.test(text), {
      error: "must not contain control characters other than newline and tab",
    }),
    z.refine(isWellFormed, { error: "must be well-formed Unicode (it contains a lone surrogate)" }),
  );
}

/**
 * Checked before parsing, because the URL parser silently fixes missing slashes, spaces and control characters, which
 * other programs then reject.
 */
const HTTPS_URL = /^https:\/\/[^\s\\\p{Cc}]+$/iu;

/** An https URL of a public server. If the site allows it, also a loopback URL. */
export function callbackUrl(site: Site) {
  const isAllowed = (text: string) => isHttpsUrl(text) || (site.allowsLoopbackCallbacks && isLoopbackUrl(text));
  const isOwn = (text: string) => isOwnServer(new URL(text), site, site.allowsLoopbackCallbacks);
  return z.string().check(
    z.meta({
      description: "Called when the job settles. Must be an https URL of a public host, and not this API itself.",
      maxLength: URL_MAX_CHARACTERS,
      pattern: String.raw`^https${site.allowsLoopbackCallbacks ? "?" : ""}://[^\ufffd]*$`,
    }),
    z.refine(isAllowed, { error: httpsUrlExpectation }),
    z.refine((text) => !isAllowed(text) || !isOwn(text), {
      error: "must not be this API itself",
    }),
  );
}

function isLoopbackUrl(text: string): boolean {
  if (text.length > URL_MAX_CHARACTERS || !isWellFormed(text) || !/^https?:\/\/[^\s\\\p{Cc}]+$/iu.test(text))
    return false;
  const url = parseUrl(text);
  return url !== undefined && url.username === "" && url.password === "" && isLoopbackHost(url.hostname);
}

export const httpsUrlExpectation = `must be an https URL of a public host, without user name or password, at most ${URL_MAX_CHARACTERS} characters`;

export function isHttpsUrl(text: string): boolean {
  if (text.length > URL_MAX_CHARACTERS || !isWellFormed(text) || !HTTPS_URL.test(text)) return false;
  const url = parseUrl(text);
  if (url === undefined || asciiUrl(text).length > URL_MAX_CHARACTERS) return false;
  return url.protocol === "https:" && url.username === "" && url.password === "" && isPublicHost(url.hostname);
}

/** A URL in ASCII alone, as servers and other programs expect it: an international host as Punycode, the rest escaped. */
export function asciiUrl(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : (parseUrl(text)?.href ?? text);
}

/** The first `maxUnits` UTF-16 units of a text, without lone surrogates, so that the result is always well-formed. */
export function clipped(text: string, maxUnits: number): string {
  return text.slice(0, maxUnits).replaceAll(/\p{Surrogate}/gu, "");
}

/**
 * Whether a text has no lone surrogates. Text with lone surrogates has no UTF-8 form, so neither the table nor fal can
 * store it unchanged.
 */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The length of a text in code points, as JSON Schema counts it. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
