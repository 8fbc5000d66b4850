import { type Image, readImage } from "../contract/image.ts";
import { imagePlaceholder, limited } from "../contract/input-file.ts";
import { type ParsedRequest, parseNewJobRequest } from "../contract/job-request.ts";
import { INPUT_FIELDS } from "../contract/public-job.ts";
import type { Offer } from "../contract/site.ts";
import { type FieldError, pointer, type Refusal, withNearName } from "../contract/validation.ts";
import { type Form, type FormField, formBody, isText, textOf } from "../http/form.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody, mediaType } from "../http/request.ts";
import { FIELD_ERRORS_MAX, JSON_BODY_MAX_BYTES, MULTIPART_BODY_MAX_BYTES } from "../limits.ts";

/**
 * Reads the body of `POST /jobs`, as JSON or as a form. Throws `invalid_request` with an error for each wrong field,
 * and the errors of reading the body.
 */
export async function readRequest(request: HttpRequest, offer: Offer): Promise<ParsedRequest> {
  const type = mediaType(request);
  if (type === "multipart/form-data")
    return orInvalid(readForm(await formBody(request, MULTIPART_BODY_MAX_BYTES), offer));
  if (type !== "application/json") {
    throw new Problem("unsupported_media_type", "The Content-Type must be application/json or multipart/form-data.");
  }
  return acceptBody(jsonBody(request, JSON_BODY_MAX_BYTES), offer);
}

/** Validates a parsed JSON body. Throws `invalid_request`. */
export function acceptBody(body: unknown, offer: Offer): ParsedRequest {
  return orInvalid(parseNewJobRequest(body, offer));
}

/** A form has the same field names as the JSON body, without nesting. `image` is the image file. */
const JOB_FIELDS = ["endpoint", "callback_url", "callback_when", "deadline_seconds"];
const METADATA_FIELD = /^metadata\.(.+)$/s;

function readForm(form: Form, offer: Offer): ParsedRequest | Refusal {
  const input: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = Object.create(null);
  const job: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  const pictures = new Map<string, Image | string>();
  for (const [name, field] of form) {
    const key = METADATA_FIELD.exec(name)?.[1];
    const text = name === "image" || field.hasFileName ? undefined : textOf(name, field);
    if (name === "image") input.image_url = storePicture(pictures, field, form.has("image_url"), errors);
    else if (text === undefined) errors.push({ pointer: pointer([name]), message: "must be text, not a file" });
    else if (INPUT_FIELDS.includes(name)) input[name] = name === "sync_mode" ? asBoolean(text) : text;
    else if (JOB_FIELDS.includes(name)) job[name] = name === "deadline_seconds" ? asNumber(text) : text;
    else if (key !== undefined) metadata[key] = text;
    else errors.push({ pointer: pointer([name]), message: unknownField(name) });
  }
  const body = { ...job, input, ...(Object.keys(metadata).length > 0 && { metadata }) };
  const parsed = parseNewJobRequest(body, offer, pictures);
  const others = "errors" in parsed ? parsed.errors.map((error) => inForm(error, form)) : [];
  const all = [...errors, ...others.filter((other) => !errors.some(({ pointer }) => pointer === other.pointer))];
  return "errors" in parsed || all.length > 0 ? { errors: all.slice(0, FIELD_ERRORS_MAX) } : parsed;
}

/** Says that a field is unknown, and how a form names what was probably meant. */
function unknownField(name: string): string {
  if (/^metadata(\W|$)/.test(name))
    return "is not a known field of a form; send each entry of metadata as metadata.NAME";
  if (/^input(\W|$)/.test(name)) return "is not a known field of a form; send the fields of input without nesting";
  return withNearName("is not a known field", name, [...INPUT_FIELDS, ...JOB_FIELDS, "image"]);
}

/** Stores the image in `pictures` and returns the text that stands for it in the input. */
function storePicture(
  pictures: Map<string, Image | string>,
  field: FormField,
  isNamedToo: boolean,
  errors: FieldError[],
): string | undefined {
  const image = pictureIn(field, isNamedToo);
  if (typeof image === "string") {
    errors.push({ pointer: "/image", message: image });
    return undefined;
  }
  const text = imagePlaceholder(image.contentType);
  pictures.set(text, limited(image));
  return text;
}

/** The image, or a sentence that says what is wrong with it. */
function pictureIn(field: FormField, isNamedToo: boolean): Image | string {
  if (isText(field)) return "must be a file";
  return isNamedToo
    ? "must not be combined with image_url; send only one of them"
    : readImage(field.bytes, field.contentType);
}

function asBoolean(text: string): unknown {
  return text === "true" || text === "false" ? text === "true" : text;
}

function asNumber(text: string): unknown {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** The same error with the name of the form field. */
function inForm(error: FieldError, form: Form): FieldError {
  const flat = error.pointer.replace(/^\/input\//, "/").replace(/^\/metadata\//, "/metadata.");
  return { ...error, pointer: flat === "/image_url" && !form.has("image_url") ? "/image" : flat };
}
