import * as z from "zod/mini";
import type { ModelInput } from "../../job/job.ts";
import { JOB_FILES_MAX, OBJECT_MAX_FIELDS, PASSED_INPUT_MAX_BYTES, PASSED_INPUT_MAX_DEPTH } from "../../limits.ts";
import { decodeOnce, type InlineFile, isInlineFile, readInlineFile, textsIn } from "../input-file.ts";
import { isDataUri } from "../picture/data-uri.ts";
import { isStorable, UNSTORABLE_NAMES } from "../storable.ts";
import type { Model } from "./model.ts";

/** Any model without a file of its own. fal validates its input; we only check that the table can store it. */
export const passThrough: Model = {
  endpoints: [],
  input: (_own, files = new Map()) =>
    z.record(z.string(), z.unknown()).check(
      z.meta({
        description: `For endpoints without their own schema: any JSON object of at most ${PASSED_INPUT_MAX_BYTES} bytes, not counting inline files, and ${PASSED_INPUT_MAX_DEPTH} levels, with numbers up to ${Number.MAX_SAFE_INTEGER} and no U+FFFD (the replacement character) in its texts.`,
        maxProperties: OBJECT_MAX_FIELDS,
        propertyNames: { not: { enum: UNSTORABLE_NAMES } },
      }),
      z.superRefine((input, context) => {
        for (const issue of issuesOf(input, files)) context.addIssue({ code: "custom", ...issue, input });
      }),
    ),
};

interface Issue {
  readonly message: string;
  readonly path?: PropertyKey[];
}

function issuesOf(input: ModelInput, files: Map<string, InlineFile | string>): readonly Issue[] {
  if (isTooDeep(input, PASSED_INPUT_MAX_DEPTH))
    return [{ message: `must be nested at most ${PASSED_INPUT_MAX_DEPTH} levels deep` }];
  if (bytesWithout(input, isInlineFile) > PASSED_INPUT_MAX_BYTES) return tooLarge(input);
  if ([...textsIn(input)].filter(({ text }) => isInlineFile(text)).length > JOB_FILES_MAX)
    return [{ message: `must contain at most ${JOB_FILES_MAX} files` }];
  return isStorable(input) ? unreadableFiles(input, files) : [{ message: unstorable }];
}

const unstorable =
  "must not contain malformed Unicode, numbers above 9007199254740991 or closer to 0 than 1e-130, or keys that are empty, __proto__ or constructor";

/** A shorter text is not what makes an input too large. */
const LONG_TEXT_CHARACTERS = 256;

/** Data URIs that we do not read as files are passed through as text. If they make the input too large, they are named. */
function tooLarge(input: ModelInput): readonly Issue[] {
  const isFile = (value: unknown) => typeof value === "string" && isDataUri(value);
  if (bytesWithout(input, isFile) <= PASSED_INPUT_MAX_BYTES) {
    const unread = [...textsIn(input)].filter(
      ({ text }) => text.length >= LONG_TEXT_CHARACTERS && isDataUri(text) && !isInlineFile(text),
    );
    return unread.map(({ path }) => ({ path: [...path], message: notBase64 }));
  }
  return [{ message: `must be at most ${PASSED_INPUT_MAX_BYTES} bytes of JSON, not counting inline files` }];
}

const notBase64 = "is a data URI that cannot be read; it must be base64, such as data:image/jpeg;base64,…";

/** The size of the input as JSON, in which an empty text stands for each of these values. */
function bytesWithout(input: ModelInput, isLeftOut: (value: unknown) => boolean): number {
  return Buffer.byteLength(JSON.stringify(input, (_name, value) => (isLeftOut(value) ? "" : value)));
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isTooDeep(each, levels - 1));
}

function unreadableFiles(input: ModelInput, files: Map<string, InlineFile | string>): readonly Issue[] {
  return [...textsIn(input)].flatMap(({ path, text }) => {
    const file = isInlineFile(text) ? decodeOnce(files, text, readInlineFile) : undefined;
    return typeof file === "string" ? [{ path: [...path], message: file }] : [];
  });
}
