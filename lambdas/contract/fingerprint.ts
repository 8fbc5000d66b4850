import { canonicalJson, digest } from "../job/identity.ts";
import { replaceTexts } from "./input-file.ts";
import type { ParsedRequest } from "./job-request.ts";

/**
 * Incremented when the input of the fingerprint changes, so that old rows are never compared by new rules (rule P16).
 */
const FINGERPRINT_VERSION = "2";

/** A hash of the request: defaults are filled in, key order is irrelevant, and inline files count by their digests. */
export function fingerprint({ request, files }: ParsedRequest): string {
  const digests = [...files].map(([text, { contentType, bytes }]) => [text, digest(contentType, bytes)] as const);
  const normalised = { ...request, input: replaceTexts(request.input, new Map(digests)) };
  return `${FINGERPRINT_VERSION}:${digest(canonicalJson(normalised))}`;
}
