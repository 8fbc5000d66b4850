import * as z from "zod/mini";
import { URL_MAX_CHARACTERS } from "./limits.ts";
import { isPublicHost } from "./public-host.ts";

/** Control characters other than newline and tab. */
const CONTROL_CHARACTERS = /[^\P{Cc}\n\t]/u;

/** Text that a person wrote: well-formed Unicode, 1 to `maxCharacters` code points, no control characters but newline and tab. */
export function plainText(maxCharacters: number) {
  return z.string().check(
    z.refine((text) => text.trim().length > 0, { error: "must not be empty" }),
    z.refine((text) => codePoints(text) <= maxCharacters, { error: `must be at most ${maxCharacters} characters` }),
    z.refine((text) => !CONTROL_CHARACTERS.test(text), {
      error: "must not contain control characters other than newline and tab",
    }),
    z.refine(isWellFormed, { error: "must be well-formed Unicode (it contains a lone surrogate)" }),
  );
}

/** Spelled out, because the URL parser mends what others would trip over: missing slashes, blanks, control characters. */
const HTTPS_URL = /^https:\/\/[^\s\\\p{Cc}]+$/iu;

/** An https URL that another machine could fetch without being given anything else. */
export function httpsUrl() {
  return z.string().check(z.refine(isHttpsUrl, { error: httpsUrlExpectation }));
}

export const httpsUrlExpectation = `must be an https URL of a public host, without user name or password, at most ${URL_MAX_CHARACTERS} characters`;

export function isHttpsUrl(text: string): boolean {
  if (text.length > URL_MAX_CHARACTERS || !isWellFormed(text) || !HTTPS_URL.test(text) || !URL.canParse(text))
    return false;
  const url = new URL(text);
  return url.protocol === "https:" && url.username === "" && url.password === "" && isPublicHost(url.hostname);
}

/** At most so many UTF-16 units of a text, well-formed whatever it was: halves of characters are left out. */
export function clipped(text: string, maxUnits: number): string {
  return text.slice(0, maxUnits).replaceAll(/\p{Surrogate}/gu, "");
}

/** No lone surrogates: such text has no UTF-8 form, so neither the table nor fal could hold it unchanged. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
