import { canonicalJson, digest } from "../job/identity.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { heldFiles, isInlineFile, readDataUri, replaceTexts } from "./input-file.ts";
import { modelOf } from "./models/models.ts";

/** Raised when what a fingerprint is taken of changes, so that old rows are never compared with new rules (rule P16). */
const FINGERPRINT_VERSION = "2";

/** What was asked for, defaults filled in, key order irrelevant, inline files by their digests. */
export function fingerprint(request: NewJobRequest): string {
  const inline = heldFiles(request.input, modelOf(request.endpoint), "").filter(({ url }) => isInlineFile(url));
  const digests = new Map(inline.map(({ url }) => [url, digestOfFile(url)]));
  const asked = { ...request, input: replaceTexts(request.input, digests) };
  return `${FINGERPRINT_VERSION}:${digest(canonicalJson(asked))}`;
}

function digestOfFile(dataUri: string): string {
  const file = readDataUri(dataUri);
  return typeof file === "string" ? digest(file) : digest(file.contentType, file.bytes);
}
