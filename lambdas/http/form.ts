import { FORM_MAX_FIELDS, FORM_PART_HEADERS_MAX_BYTES } from "../limits.ts";
import { Problem } from "./problem.ts";
import { decodeUtf8, type HttpRequest, header, limitBody } from "./request.ts";

/** One field of a form, as it was sent. */
export interface FormField {
  /** Undefined if the sender gave none, which is how senders mark a text. */
  readonly fileName: string | undefined;
  /** In lower case, without parameters. `text/plain` if the sender gave none (RFC 7578 §4.4). */
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** The fields of a form, by name. A field that was not filled in is left out: browsers send it as empty. */
export type Form = ReadonlyMap<string, FormField>;

/** Encodings that leave the bytes as they are. RFC 7578 §4.7 deprecates all others. */
const PLAIN_ENCODINGS = ["7bit", "8bit", "binary"];

/**
 * Reads the body as `multipart/form-data`. Throws `body_too_large`, `malformed_request` or `unsupported_media_type`.
 */
export async function formBody(request: HttpRequest, maxBytes: number): Promise<Form> {
  limitBody(request, maxBytes);
  const form = new Map<string, FormField>();
  for (const { name, ...field } of await readFields(request)) {
    if (field.bytes.length === 0 && !field.fileName) continue;
    if (form.has(name)) throw new Problem("malformed_request", "Send each form field only once.");
    form.set(name, field);
  }
  return form;
}

/** Whether a field is text, and not a file. */
export function isText({ fileName, contentType, bytes }: FormField): boolean {
  return fileName === undefined && contentType === "text/plain" && decodeUtf8(bytes) !== undefined;
}

/** The text of a field. Throws `malformed_request` if it is not UTF-8, whatever charset the field names. */
export function textOf(name: string, { bytes }: FormField): string {
  const text = decodeUtf8(bytes);
  if (text === undefined)
    throw new Problem("malformed_request", `The form field ${JSON.stringify(name)} must be text in UTF-8.`);
  return text;
}

interface NamedField extends FormField {
  readonly name: string;
}

/** Parses the form with a library that is loaded only here, because most requests are JSON. */
async function readFields(request: HttpRequest): Promise<readonly NamedField[]> {
  const { Busboy } = await import("@fastify/busboy");
  return new Promise((resolve, reject) => {
    const refuse = (detail: string, cause?: unknown) => reject(new Problem("malformed_request", detail, { cause }));
    const refuseForm = (cause: unknown) => refuse("The body must be valid multipart/form-data.", cause);
    const fields: NamedField[] = [];
    try {
      const parser = new Busboy({
        headers: { "content-type": header(request, "content-type") ?? "" },
        // Every field arrives as bytes, so that we decode it ourselves.
        isPartAFile: () => true,
        preservePath: true,
        limits: { parts: FORM_MAX_FIELDS, headerSize: FORM_PART_HEADERS_MAX_BYTES },
      });
      parser.on("file", (name: string | undefined, stream, fileName, encoding, contentType) => {
        const chunks: Buffer[] = [];
        stream.on("error", refuseForm);
        stream.on("data", (chunk: Buffer) => chunks.push(chunk));
        stream.on("end", () => {
          if (name === undefined) return refuse("Each form field must have a name.");
          if (!PLAIN_ENCODINGS.includes(encoding))
            return refuse(`The form field ${JSON.stringify(name)} must not have the transfer encoding ${encoding}.`);
          fields.push({ name, fileName, contentType, bytes: Buffer.concat(chunks) });
        });
      });
      parser.on("partsLimit", () => refuse(`A form can have at most ${FORM_MAX_FIELDS} fields.`));
      parser.on("error", refuseForm);
      parser.on("finish", () => resolve(fields));
      parser.end(request.body);
    } catch (error) {
      refuseForm(error);
    }
  });
}
