import { readFile } from "node:fs/promises";
import { parseUrl } from "../parse-url.ts";
import type { Media } from "./media.ts";

const samplePicture = new URL("../sample/sample.jpg", import.meta.url);
const maxImageBytes = 30_000_000;
const downloadTimeoutMs = 20_000;

/**
 * The bytes behind an image URL: one of our stored files, a data URI, or the answer of a server on this machine;
 * undefined if there are none. Nothing leaves this machine: the sample picture stands in for one that is hosted
 * elsewhere.
 */
export async function loadPicture(url: string, media: Media): Promise<Uint8Array | undefined> {
  const stored = media.nameIn(url);
  if (stored) return (await media.find(stored))?.bytes;
  const host = parseUrl(url)?.hostname ?? "";
  if (host !== "" && !isLoopback(host)) return isNowhere(host) ? undefined : readSamplePicture();
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return response.ok && bytes.length <= maxImageBytes ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The sample picture, used when no other picture is available. */
export function readSamplePicture(): Promise<Uint8Array> {
  return readFile(samplePicture);
}

/** Hosts without other files: fal's CDN, which has only the files we store, and reserved names (RFC 2606). */
function isNowhere(host: string): boolean {
  return /(^|\.)(fal\.media|invalid)$/.test(host);
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || host.startsWith("127.");
}
