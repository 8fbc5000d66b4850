import { isMangledPng } from "./png.ts";

/** Brands of ISO media files that are pictures (ISO 14496-12 §4.3). */
const BRANDS: Readonly<Record<string, string>> = {
  avif: "AVIF",
  avis: "AVIF",
  heic: "HEIC",
  heix: "HEIC",
  heim: "HEIC",
  heis: "HEIC",
  hevc: "HEIC",
  hevx: "HEIC",
  mif1: "HEIF",
  msf1: "HEIF",
};

/** The first bytes of other formats, as Latin-1 text. */
const STARTS: readonly (readonly [name: string, ...starts: string[]])[] = [
  ["GIF", "GIF87a", "GIF89a"],
  ["TIFF", "II*\0", "MM\0*", "II+\0", "MM\0+"],
  ["JPEG XL", "\xff\x0a", "\0\0\0\x0cJXL "],
  ["JPEG 2000", "\xff\x4f\xff\x51", "\0\0\0\x0cjP  "],
  ["ICO", "\0\0\x01\0"],
  ["PDF", "%PDF-"],
];
/** The same of formats that are text, after a byte order mark and blanks. */
const TEXT_STARTS: readonly (readonly [name: string, start: RegExp])[] = [
  ["SVG", /^(?:<\?xml[^>]*>\s*|<!--[\s\S]*?-->\s*|<!DOCTYPE\s[^>]*>\s*)*<svg[\s>]/i],
  ["HTML", /^<(?:!doctype\s+html|html|head|body)[\s>]/i],
];
/** The sizes of a BMP's second header. Texts start with "BM", too. */
const BMP_HEADER_BYTES = [12, 40, 52, 56, 64, 108, 124];
/** So many bytes are enough to know a format. */
const START_BYTES = 1024;

/** What bytes are that are no PNG, JPEG or WebP, as the end of a sentence: ", not GIF". Empty if that is not known. */
export function whatElse(bytes: Buffer): string {
  if (isMangledPng(bytes)) return "; this PNG was changed on its way, as a transfer in text mode does";
  const start = bytes.toString("latin1", 0, START_BYTES);
  const name = brandOf(start) ?? STARTS.find(([, ...starts]) => starts.some((each) => start.startsWith(each)))?.[0];
  const known = name ?? (isBmp(bytes) ? "BMP" : textFormatOf(start));
  return known === undefined ? "" : `, not ${known}`;
}

function textFormatOf(start: string): string | undefined {
  const text = start.replace(/^\xef\xbb\xbf/, "").trimStart();
  return TEXT_STARTS.find(([, pattern]) => pattern.test(text))?.[0];
}

function isBmp(bytes: Buffer): boolean {
  return (
    bytes.length > 18 && bytes.toString("latin1", 0, 2) === "BM" && BMP_HEADER_BYTES.includes(bytes.readUInt32LE(14))
  );
}

/** The picture format of an ISO media file, by its major brand and then by those that it is compatible with. */
function brandOf(start: string): string | undefined {
  if (start.slice(4, 8) !== "ftyp") return undefined;
  const major = start.slice(8, 12);
  const compatible = start.slice(16, Math.min(start.charCodeAt(3), 128)).match(/.{4}/gs) ?? [];
  const specific = [major, ...compatible].find((brand) => Object.hasOwn(BRANDS, brand) && !/^m[is]f1$/.test(brand));
  const brand = specific ?? major;
  return Object.hasOwn(BRANDS, brand) ? BRANDS[brand] : undefined;
}
