import type { ModelInput } from "../job/job.ts";
import { INLINE_IMAGE_MAX_BYTES } from "../limits.ts";
import { uploadIdIn } from "./upload.ts";

/** A file's bytes and the type that was declared for it. */
export interface InlineFile {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** A text in the input that refers to a file which we must store at fal: a data URI or the URL of an upload. */
export interface OwnedFile {
  readonly path: readonly PropertyKey[];
  readonly url: string;
}

const DATA_URI = /^data:([a-z]+\/[a-z0-9.+-]+);base64,/i;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Whether a text starts like a data URI. */
export function isDataUri(text: string): boolean {
  return text.slice(0, 5).toLowerCase() === "data:";
}

/** Whether a text is a data URI in the only form that we read. */
export function isInlineFile(text: unknown): text is string {
  return typeof text === "string" && DATA_URI.test(text);
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

/** A text that stands for the image of a form. It can never be the data URI of another file. */
export function imagePlaceholder(contentType: string): string {
  return `data:${contentType};base64,(image)`;
}

/** The file, or an error if it is too large to be inline. */
export function limited<F extends InlineFile>(file: F): F | string {
  return file.bytes.length > INLINE_IMAGE_MAX_BYTES ? tooLarge : file;
}

/** The file in a `data:` URI, or a sentence that says what is wrong with it. */
export function readDataUri(dataUri: string): InlineFile | string {
  const declared = DATA_URI.exec(dataUri);
  if (!declared?.[1]) return "must be a data URI of the form data:image/jpeg;base64,…";
  const base64 = dataUri.slice(declared[0].length);
  if (base64.length > Math.ceil(INLINE_IMAGE_MAX_BYTES / 3) * 4) return tooLarge;
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return "must contain valid base64 after the comma";
  const bytes = Buffer.from(base64, "base64");
  return limited({ contentType: declared[1].toLowerCase(), bytes });
}

const tooLarge = `must be at most ${INLINE_IMAGE_MAX_BYTES} bytes when decoded; upload larger images with POST /uploads first`;

/** The files in a validated input that fal cannot fetch itself. */
export function ownedFiles(
  input: ModelInput,
  { pictureFields }: { readonly pictureFields?: readonly string[] },
  publicUrl: string,
): readonly OwnedFile[] {
  const places = pictureFields?.map((field) => ({ path: [field], text: input[field] })) ?? textsIn(input);
  return [...places].flatMap(({ path, text }) =>
    typeof text === "string" && (isInlineFile(text) || uploadIdIn(text, publicUrl) !== undefined)
      ? [{ path, url: text }]
      : [],
  );
}

/** The input with some texts replaced. */
export function replaceTexts(input: ModelInput, others: ReadonlyMap<string, string>): ModelInput {
  const replace = (value: unknown): unknown => {
    if (typeof value === "string") return others.get(value) ?? value;
    if (typeof value !== "object" || value === null) return value;
    return Array.isArray(value) ? value.map(replace) : replaceAll(value);
  };
  const replaceAll = (object: object) =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, replace(value)]));
  return replaceAll(input);
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
