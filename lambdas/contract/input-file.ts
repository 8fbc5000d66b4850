import { randomUUID } from "node:crypto";
import type { ModelInput } from "../job/job.ts";
import { INLINE_IMAGE_MAX_BYTES } from "../limits.ts";
import { imageTypeOf } from "./image.ts";
import { type DeclaredFile, isBase64DataUri, isDataUri, readDataUri, tooLarge } from "./picture/data-uri.ts";
import type { OwnUrls } from "./site.ts";
import { uploadIdIn } from "./upload.ts";

/** A file's bytes and the type under which it is handed on. */
export interface InlineFile {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A text in the input that refers to a file which we must store at fal: a data URI or the URL of an upload. */
export interface OwnedFile {
  readonly path: readonly PropertyKey[];
  readonly url: string;
}

/** Whether a text of any input is an inline file: a data URI of base64, readable or not. */
export function isInlineFile(text: unknown): text is string {
  return typeof text === "string" && isBase64DataUri(text);
}

/** The file in a data URI of any type, or a sentence that says what is wrong with it. */
export function readInlineFile(dataUri: string): InlineFile | string {
  const file = readDataUri(dataUri);
  return typeof file === "string" ? file : typed(file);
}

/** A file with its declared type. If the sender did not know the type, the bytes may say it. */
export function typed({ declaredType, bytes }: DeclaredFile): InlineFile {
  const isKnown = declaredType !== undefined && !declaredType.includes("*");
  return { contentType: isKnown ? declaredType : (imageTypeOf(bytes) ?? "application/octet-stream"), bytes };
}

/**
 * The inline files of a request, by the text that stands for each file in the input. An invalid file has a sentence
 * instead that says what is wrong.
 */
export type InlineFiles<F = InlineFile | string> = ReadonlyMap<string, F>;

/** The file that a text stands for. Each file is decoded only once. */
export function decodeOnce(
  files: Map<string, InlineFile | string>,
  text: string,
  decode: (text: string) => InlineFile | string,
): InlineFile | string {
  const file = files.get(text) ?? decode(text);
  files.set(text, file);
  return file;
}

/**
 * A text that stands for the image of a form. It is random: if another text of the form could be the same, that text
 * would also be replaced by the image's URL.
 */
export function imagePlaceholder(contentType: string): string {
  return `data:${contentType};base64,(image ${randomUUID()})`;
}

/** The file, or an error if it is too large to be inline. */
export function limited<F extends InlineFile>(file: F): F | string {
  return file.bytes.length > INLINE_IMAGE_MAX_BYTES ? tooLarge : file;
}

/** Where a model's input may contain files. Undefined: in any text. */
interface FilePlaces {
  readonly pictureFields?: readonly string[];
}

/** The files in a validated input that fal cannot fetch itself. */
export function ownedFiles(input: ModelInput, { pictureFields }: FilePlaces, own: OwnUrls): readonly OwnedFile[] {
  const places = pictureFields?.map((field) => ({ path: [field], text: input[field] })) ?? textsIn(input);
  const isInline = pictureFields ? isDataUri : isInlineFile;
  return [...places].flatMap(({ path, text }) =>
    typeof text === "string" && (isInline(text) || uploadIdIn(text, own) !== undefined) ? [{ path, url: text }] : [],
  );
}

/** The input with some of its files replaced. A text that is the same and no file, such as a prompt, stays. */
export function replaceFiles(
  input: ModelInput,
  { pictureFields }: FilePlaces,
  others: ReadonlyMap<string, string>,
): ModelInput {
  const replace = (value: unknown): unknown => {
    if (typeof value === "string") return others.get(value) ?? value;
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value) ? value.map(replace) : replaceAll(value);
  };
  const replaceAll = (object: object) =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, replace(value)]));
  if (pictureFields === undefined) return replaceAll(input);
  return { ...input, ...Object.fromEntries(pictureFields.map((field) => [field, replace(input[field])])) };
}

/** Every text in a value, with its path. */
export function* textsIn(
  value: unknown,
  path: readonly PropertyKey[] = [],
): Generator<{ readonly path: readonly PropertyKey[]; readonly text: string }> {
  if (typeof value === "string") yield { path, text: value };
  else if (typeof value === "object" && value !== null)
    for (const [name, each] of Object.entries(value)) yield* textsIn(each, [...path, name]);
}
