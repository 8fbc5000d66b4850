import { isUtf8 } from "node:buffer";
import { FORM_MAX_FIELDS } from "../limits.ts";
import { Problem } from "./problem.ts";
import { decodeUtf8, type HttpRequest, header, limitBody, parameters, shown } from "./request.ts";

/** One field of a form, as it was sent. */
export interface FormField {
  /** Whether it was sent with a file name. Some clients send files without one. */
  readonly hasFileName: boolean;
  /** The media type as the sender wrote it; undefined if there is none. */
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/**
 * The fields of a form, by name. Empty fields are left out, because browsers send a field that was not filled in as
 * empty.
 */
export type Form = ReadonlyMap<string, FormField>;

/** The body as `multipart/form-data`. Throws `body_too_large`, `malformed_request` or `unsupported_media_type`. */
export async function formBody(request: HttpRequest, maxBytes: number): Promise<Form> {
  limitBody(request, maxBytes);
  const boundary = parameters(header(request, "content-type") ?? "").get("boundary") ?? "";
  if (boundary === "") throw new Problem("malformed_request", "The Content-Type must name the form's boundary.");
  const form = new Map<string, FormField>();
  for (const part of await readParts(request.body, boundary)) {
    const { name, fileName, ...field } = readField(part);
    if (field.bytes.length === 0 && !fileName) continue;
    if (form.has(name)) throw new Problem("malformed_request", "Send each form field only once.");
    form.set(name, { ...field, hasFileName: fileName !== undefined });
  }
  return form;
}

/** Whether a field is text and not a file. Clients also send files without a file name, or without a type. */
export function isText({ hasFileName, contentType = "text/plain", bytes }: FormField): boolean {
  return !hasFileName && /^\s*text\//i.test(contentType) && isUtf8(bytes);
}

/**
 * The text of a field, without a byte order mark, and with newlines, which forms send as CRLF. Throws
 * `malformed_request` if it is not UTF-8, whatever charset the field names.
 */
export function textOf(name: string, { bytes }: FormField): string {
  const text = decodeUtf8(bytes);
  if (text === undefined)
    throw new Problem("malformed_request", `The form field ${shown(name)} is not UTF-8. Send all text as UTF-8.`);
  return text.replaceAll("\r\n", "\n");
}

/** One part of a form. The names of its headers are in lower case, their values are bytes read as Latin-1. */
interface FormPart {
  headers: Readonly<Record<string, readonly string[] | undefined>>;
  readonly chunks: Buffer[];
}

/**
 * The parts of a form (RFC 2046 §5.1). The platform's own parser is not used: it differs between versions of Node, and
 * refuses forms that real clients send. Ours is loaded here, because most requests are JSON.
 */
async function readParts(body: Buffer, boundary: string): Promise<readonly FormPart[]> {
  // A CommonJS package: in a bundle, only its default export exists.
  const { default: busboy } = await import("@fastify/busboy");
  const parts: FormPart[] = [];
  const parsed = new Promise<void>((resolve, reject) => {
    const parser = new busboy.Dicer({ boundary });
    parser.on("part", (stream) => {
      if (parts.length === FORM_MAX_FIELDS)
        throw new Problem("malformed_request", `A form can have at most ${FORM_MAX_FIELDS} fields.`);
      const part: FormPart = { headers: {}, chunks: [] };
      parts.push(part);
      stream.on("header", (headers) => {
        part.headers = headers as FormPart["headers"];
      });
      stream.on("data", (chunk: Buffer) => part.chunks.push(chunk));
      stream.on("error", reject);
    });
    parser.on("error", reject);
    parser.on("finish", resolve);
    parser.end(withoutPadding(body, boundary));
  });
  try {
    await parsed;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem("malformed_request", "The body must be valid multipart/form-data.", { cause });
  }
  return parts;
}

/** RFC 2046 allows blanks between a boundary and its line's end. The parser does not. */
function withoutPadding(body: Buffer, boundary: string): Buffer {
  const delimiter = `--${boundary}`;
  if (!body.includes(`${delimiter} `, 0, "latin1") && !body.includes(`${delimiter}\t`, 0, "latin1")) return body;
  const line = new RegExp(`(?<=^|\r\n)${delimiter.replaceAll(/\W/g, "\\$&")}[ \t]+(?=\r\n)`, "g");
  return Buffer.from(
    body.toString("latin1").replaceAll(line, () => delimiter),
    "latin1",
  );
}

/** The name, the file name and the content of a part (RFC 7578 §4.2). */
function readField({ headers, chunks }: FormPart) {
  const disposition = headers["content-disposition"]?.[0] ?? "";
  const given = parameters(disposition);
  const name = given.get("name") ?? "";
  if (!/^\s*form-data\s*(;|$)/i.test(disposition) || name === "")
    throw new Problem(
      "malformed_request",
      "Each part of the form must have a Content-Disposition: form-data with a name.",
    );
  expectPlain(name, headers["content-transfer-encoding"]?.[0] ?? "");
  return {
    name: readName(name),
    fileName: given.get("filename*") ?? given.get("filename") ?? undefined,
    contentType: headers["content-type"]?.[0],
    bytes: Buffer.concat(chunks),
  };
}

/** Encodings that leave the bytes as they are. RFC 7578 §4.7 deprecates all others, and no common client sends them. */
function expectPlain(name: string, encoding: string): void {
  if (!/^\s*(7bit|8bit|binary|)\s*$/i.test(encoding))
    throw new Problem(
      "unsupported_media_type",
      `The form field ${shown(name)} must be sent without Content-Transfer-Encoding, not as ${shown(encoding)}.`,
    );
}

const ESCAPED: Readonly<Record<string, string>> = { "%22": '"', "%0D": "\r", "%0A": "\n" };

/** The name of a field. Browsers escape three characters in it (https://html.spec.whatwg.org/#multipart-form-data). */
function readName(latin1: string): string {
  const name = decodeUtf8(Buffer.from(latin1, "latin1"));
  if (name === undefined) throw new Problem("malformed_request", "The name of a form field is not UTF-8.");
  return name.replaceAll(/%(?:22|0D|0A)/gi, (escaped) => ESCAPED[escaped.toUpperCase()] ?? escaped);
}
