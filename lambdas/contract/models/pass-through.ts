import * as z from "zod/mini";
import type { ModelInput } from "../../job/job.ts";
import { JOB_FILES_MAX, OBJECT_MAX_FIELDS, PASSED_INPUT_MAX_BYTES, PASSED_INPUT_MAX_DEPTH } from "../../limits.ts";
import { decodeOnce, type InlineFile, isInlineFile, readDataUri, textsIn } from "../input-file.ts";
import { isStorable, UNSTORABLE_NAMES } from "../storable.ts";
import type { Model } from "./model.ts";

/** Any model without a file of its own. fal validates its input; we only check that the table can store it. */
export const passThrough: Model = {
  endpoints: [],
  input: (_publicUrl, files = new Map()) =>
    z.record(z.string(), z.unknown()).check(
      z.meta({
        description: `For endpoints without their own schema: any JSON object of at most ${PASSED_INPUT_MAX_BYTES} bytes, not counting inline files, and ${PASSED_INPUT_MAX_DEPTH} levels, with numbers up to ${Number.MAX_SAFE_INTEGER}.`,
        maxProperties: OBJECT_MAX_FIELDS,
        propertyNames: { not: { enum: UNSTORABLE_NAMES } },
      }),
      z.superRefine((input, context) => {
        const problem = problemOf(input);
        if (problem) context.addIssue({ code: "custom", message: problem, input });
        else for (const issue of unreadableFiles(input, files)) context.addIssue({ code: "custom", ...issue, input });
      }),
    ),
};

function problemOf(input: ModelInput): string | undefined {
  if (isTooDeep(input, PASSED_INPUT_MAX_DEPTH)) return `must be nested at most ${PASSED_INPUT_MAX_DEPTH} levels deep`;
  const bytes = Buffer.byteLength(JSON.stringify(input, (_name, value) => (isInlineFile(value) ? "" : value)));
  if (bytes > PASSED_INPUT_MAX_BYTES)
    return `must be at most ${PASSED_INPUT_MAX_BYTES} bytes of JSON, not counting inline files`;
  if ([...textsIn(input)].filter(({ text }) => isInlineFile(text)).length > JOB_FILES_MAX)
    return `must contain at most ${JOB_FILES_MAX} files`;
  return isStorable(input)
    ? undefined
    : "must not contain malformed Unicode, numbers above 9007199254740991 or closer to 0 than 1e-130, or keys that are empty, __proto__ or constructor";
}

function isTooDeep(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isTooDeep(each, levels - 1));
}

function unreadableFiles(input: ModelInput, files: Map<string, InlineFile | string>) {
  return [...textsIn(input)].flatMap(({ path, text }) => {
    const file = isInlineFile(text) ? decodeOnce(files, text, readDataUri) : undefined;
    return typeof file === "string" ? [{ path: [...path], message: file }] : [];
  });
}
