import { readFile } from "node:fs/promises";
import { createFalClient } from "@fal-ai/client";
import { z } from "zod";

/** The endpoint under test. */
export const endpoint = "decart/lucy-14b/image-to-video";

/** The sample image as bytes. */
export const sample = await readFile(new URL("../../local/sample/sample.jpg", import.meta.url));
/** The sample image as a data URI. */
export const sampleUri = `data:image/jpeg;base64,${sample.toString("base64")}`;

/** A valid input; hosted output unless said otherwise. */
export function inputOf(prompt: string, more: Record<string, unknown> = {}) {
  return { prompt, image_url: sampleUri, sync_mode: false, ...more };
}

const resultSchema = z.object({
  video: z.object({ url: z.string(), content_type: z.string(), file_size: z.number() }),
});

/** The video in a result; throws when it has none. */
export function videoIn(data: unknown) {
  return resultSchema.parse(data).video;
}

/** The real client, unmodified; every call to a fal host goes to the emulator. */
export function clientOf(emulatorUrl: string, credentials = "test-key") {
  return createFalClient({
    credentials,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace(/^https:\/(?=\/)/, emulatorUrl) }),
  });
}

/** One plain POST to the queue, without the client's retries. */
export function post(
  emulatorUrl: string,
  body: unknown,
  { query = "", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
) {
  return fetch(`${emulatorUrl}/queue.fal.run/${endpoint}${query}`, {
    method: "POST",
    headers: { authorization: "Key test-key", "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

const acceptedSchema = z.object({ request_id: z.string(), status_url: z.string(), queue_position: z.number() });

/** Submits and returns fal's acceptance, with a webhook if given. */
export async function submit(
  emulatorUrl: string,
  body: unknown,
  webhook?: string,
  headers: Record<string, string> = {},
) {
  const query = webhook ? `?fal_webhook=${encodeURIComponent(webhook)}` : "";
  return acceptedSchema.parse(await (await post(emulatorUrl, body, { query, headers })).json());
}

/** A GET (or another method) on a request of the queue. */
export function requestCall(emulatorUrl: string, requestId: string, suffix = "", method = "GET") {
  return fetch(`${emulatorUrl}/queue.fal.run/decart/lucy-14b/requests/${requestId}${suffix}`, {
    method,
    headers: { authorization: "Key test-key" },
  });
}
