import { canonicalJson, digest } from "../job/identity.ts";
import { replaceTexts } from "./input-file.ts";
import type { ParsedRequest } from "./job-request.ts";

/** Raised when what a fingerprint is taken of changes, so that old rows are never compared with new rules (rule P16). */
const FINGERPRINT_VERSION = "2";

/** What was asked for, defaults filled in, key order irrelevant, inline files by their digests. */
export function fingerprint({ request, files }: ParsedRequest): string {
  const digests = [...files].map(([text, { contentType, bytes }]) => [text, digest(contentType, bytes)] as const);
  const normalised = { ...request, input: replaceTexts(request.input, new Map(digests)) };
  return `${FINGERPRINT_VERSION}:${digest(canonicalJson(normalised))}`;
}
