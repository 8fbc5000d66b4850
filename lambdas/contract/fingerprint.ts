import { canonicalJson, digest } from "../job/identity.ts";
import { replaceFiles } from "./input-file.ts";
import type { ParsedRequest } from "./job-request.ts";
import { modelOf } from "./models/models.ts";

/**
 * Increase this when the input of the fingerprint changes, so that old fingerprints are never compared with new ones
 * (rule P16).
 */
const FINGERPRINT_VERSION = "2";

/** A digest of the request: defaults filled in, independent of key order, inline files replaced by their digests. */
export function fingerprint({ request, files }: ParsedRequest): string {
  const digests = [...files].map(([text, { contentType, bytes }]) => [text, digest(contentType, bytes)] as const);
  const input = replaceFiles(request.input, modelOf(request.endpoint), new Map(digests));
  const normalised = { ...request, input };
  return `${FINGERPRINT_VERSION}:${digest(canonicalJson(normalised))}`;
}
