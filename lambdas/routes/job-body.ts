import { readImage } from "../contract/image.ts";
import { parseNewJobRequest } from "../contract/job-request.ts";
import type { Offer } from "../contract/site.ts";
import { type FieldError, pointer } from "../contract/validation.ts";
import { type Form, formBody } from "../http/form.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody, mediaType } from "../http/request.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { JSON_BODY_MAX_BYTES, MULTIPART_BODY_MAX_BYTES } from "../limits.ts";

/**
 * What `POST /jobs` asks for, as JSON or as a form. Throws `invalid_request`, which names each field that is wrong, besides what
 * reading the body throws.
 */
export async function readRequest(request: HttpRequest, offer: Offer): Promise<NewJobRequest> {
  const type = mediaType(request);
  if (type === "multipart/form-data") return readForm(await formBody(request, MULTIPART_BODY_MAX_BYTES), offer);
  if (type !== "application/json") {
    throw new Problem("unsupported_media_type", "The Content-Type must be application/json or multipart/form-data.");
  }
  return acceptBody(jsonBody(request, JSON_BODY_MAX_BYTES), offer);
}

/** What a parsed body of JSON asks for. Throws `invalid_request`. */
export function acceptBody(body: unknown, offer: Offer): NewJobRequest {
  return accept(parseNewJobRequest(body, offer), (pointer) => pointer);
}

/** The names of a form are those of the JSON without its levels; `image` is the picture itself. */
const INPUT_FIELDS = ["prompt", "image_url", "resolution", "aspect_ratio", "sync_mode"];
const JOB_FIELDS = ["endpoint", "callback_url", "deadline_seconds"];
const METADATA_FIELD = /^metadata\.(.+)$/s;

function readForm(form: Form, offer: Offer): NewJobRequest {
  const input: Record<string, unknown> = {};
  const metadata: Record<string, unknown> = Object.create(null);
  const job: Record<string, unknown> = {};
  const errors: FieldError[] = [];
  for (const [name, value] of form) {
    const key = METADATA_FIELD.exec(name)?.[1];
    // Forms send line breaks as CRLF, whatever the person typed.
    const text = typeof value === "string" ? value.replaceAll("\r\n", "\n") : undefined;
    if (name === "image") input.image_url = inline(value, form.has("image_url"), errors);
    else if (text === undefined) errors.push({ pointer: pointer([name]), message: "must be text, not a file" });
    else if (INPUT_FIELDS.includes(name)) input[name] = name === "sync_mode" ? asBoolean(text) : text;
    else if (JOB_FIELDS.includes(name)) job[name] = name === "deadline_seconds" ? asNumber(text) : text;
    else if (key !== undefined) metadata[key] = text;
    else errors.push({ pointer: pointer([name]), message: "is not a known field" });
  }
  if (errors.length > 0) return accept({ errors }, (pointer) => pointer);
  const body = { ...job, input, ...(Object.keys(metadata).length > 0 && { metadata }) };
  return accept(parseNewJobRequest(body, offer), (pointer) => formPointer(pointer, form.has("image")));
}

/** The picture as a data URI, which the one schema then judges. */
function inline(
  value: Form extends ReadonlyMap<string, infer V> ? V : never,
  isNamedToo: boolean,
  errors: FieldError[],
) {
  if (typeof value === "string") errors.push({ pointer: "/image", message: "must be a file" });
  else if (isNamedToo)
    errors.push({ pointer: "/image", message: "must not be combined with image_url; send only one of them" });
  else {
    const image = readImage(value.bytes, value.contentType);
    if (typeof image !== "string") return `data:${image.contentType};base64,${value.bytes.toString("base64")}`;
    errors.push({ pointer: "/image", message: image });
  }
  return undefined;
}

function asBoolean(text: string): unknown {
  return text === "true" || text === "false" ? text === "true" : text;
}

function asNumber(text: string): unknown {
  return /^\d{1,15}$/.test(text) ? Number(text) : text;
}

function formPointer(pointer: string, hasImage: boolean): string {
  const flat = pointer.replace(/^\/input\//, "/").replace(/^\/metadata\//, "/metadata.");
  return flat === "/image_url" && hasImage ? "/image" : flat;
}

function accept(parsed: ReturnType<typeof parseNewJobRequest>, name: (pointer: string) => string): NewJobRequest {
  if (!("errors" in parsed)) return parsed;
  const errors = parsed.errors.map((error) => ({ ...error, pointer: name(error.pointer) }));
  throw new Problem("invalid_request", "Some fields are not valid. `errors` lists each of them.", {
    errors,
  });
}
