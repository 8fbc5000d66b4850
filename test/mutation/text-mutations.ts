import { type Mutation, one } from "./mutation.ts";

const form = "lambdas/http/form.ts";
const request = "lambdas/http/request.ts";
const jobRequest = "lambdas/contract/job-request.ts";

/** Mutations of forms and of the text in requests. */
export const textMutations: readonly Mutation[] = [
  one(
    "P35",
    "bytes that are not UTF-8 are replaced",
    request,
    'new TextDecoder("utf-8", { fatal: true })',
    'new TextDecoder("utf-8")',
  ),
  one(
    "P35",
    "a letter that was lost is rendered and paid for",
    jobRequest,
    "if (lost.length > 0) return { errors: lost.slice(0, FIELD_ERRORS_MAX) };",
    "",
  ),
  one(
    "P35",
    "a letter that was lost in the middle of an input is not found",
    "lambdas/contract/validation.ts",
    ": lostCharacters(each, [...path, name]),",
    ": path.length > 1 ? [] : lostCharacters(each, [...path, name]),",
  ),
  one(
    "P35",
    "a body of any charset is read as UTF-8",
    request,
    "if (!UTF8_CHARSET.test(charset))",
    "if (charset === '')",
  ),
  one(
    "P35",
    "a compressed body is parsed as text",
    request,
    'if (encoding.toLowerCase() !== "identity")',
    'if (encoding === "")',
  ),
  one(
    "truth",
    "a part without a name is taken for a field",
    form,
    '/i.test(disposition) || name === "")',
    "/i.test(disposition))",
  ),
  one(
    "P28",
    "a form may have any number of parts",
    form,
    "if (parts.length === FORM_MAX_FIELDS)",
    "if (parts.length === Number.MAX_SAFE_INTEGER)",
  ),
  one(
    "truth",
    "a picture without a file name is read as text",
    form,
    "return !hasFileName && /",
    "return !hasFileName || /",
  ),
  one(
    "truth",
    "an escaped quote ends a name",
    request,
    'quoted?.replaceAll(/\\\\(["\\\\])/g, "$1")',
    'quoted?.replaceAll(/\\\\(["\\\\])/g, "")',
  ),
  one(
    "P16",
    "null for an optional field is refused",
    jobRequest,
    "each === null && shape.get(name)",
    "each === undefined && shape.get(name)",
  ),
  one(
    "truth",
    "null for a field that must be given is left out",
    jobRequest,
    "shape.get(name)?._zod.optin !== undefined;",
    "shape.has(name);",
  ),
  one(
    "P16",
    "CRLF in a JSON prompt makes another request than in a form",
    "lambdas/contract/text.ts",
    '.replaceAll("\\r\\n", "\\n")),',
    "),",
  ),
  one(
    "P35",
    "a file name may have lost letters",
    jobRequest,
    '"errors" in parsed ? [] : lostCharacters(parsed);',
    '"errors" in parsed ? [] : lostCharacters("");',
  ),
];
