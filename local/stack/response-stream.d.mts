import type { Writable } from "node:stream";

export function openResponseStream(
  send: (chunk: Uint8Array) => void,
): Writable & { setContentType(contentType: string): void };
