import { FORM_MAX_FIELDS } from "../limits.ts";
import { Problem } from "./problem.ts";
import { type HttpRequest, header, limitBody } from "./request.ts";

/** A file in a form. */
export interface FormFile {
  /** Undefined if the sender did not know it. */
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/**
 * The fields of a form, by name. Empty fields are left out, because browsers send a field that was not filled in as
 * empty.
 */
export type Form = ReadonlyMap<string, string | FormFile>;

/** The types that a sender gives if it does not know a file's type. */
const UNKNOWN_TYPES = new Set(["", "application/octet-stream"]);

/** Parses the body as `multipart/form-data`. Throws `body_too_large` or `malformed_request`. */
export async function formBody(request: HttpRequest, maxBytes: number): Promise<Form> {
  limitBody(request, maxBytes);
  const parts = [...(await parse(request))];
  if (parts.length > FORM_MAX_FIELDS)
    throw new Problem("malformed_request", `A form can have at most ${FORM_MAX_FIELDS} fields.`);
  const form = new Map<string, string | FormFile>();
  for (const [name, value] of parts) {
    const field = typeof value === "string" ? value : await readFile(value);
    const isEmpty =
      typeof field === "string" ? field === "" : field.bytes.length === 0 && value instanceof File && value.name === "";
    if (isEmpty) continue;
    if (form.has(name)) throw new Problem("malformed_request", "Send each form field only once.");
    form.set(name, field);
  }
  return form;
}

async function parse(request: HttpRequest): Promise<FormData> {
  const contentType = header(request, "content-type") ?? "";
  try {
    return await new Response(new Uint8Array(request.body), { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new Problem("malformed_request", "The body must be valid multipart/form-data.", { cause });
  }
}

async function readFile(file: File): Promise<FormFile> {
  const contentType = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  const bytes = Buffer.from(await file.arrayBuffer());
  return { contentType: UNKNOWN_TYPES.has(contentType) ? undefined : contentType, bytes };
}
