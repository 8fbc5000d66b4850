import { z } from "zod";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import { eventually } from "./eventually.ts";
import { endpoint, submit } from "./setting.ts";

const historySchema = z.object({
  items: z.array(z.record(z.string(), z.unknown())),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
});

/** A call of the platform API, with the test's key unless another is given. */
export function callPlatform(emulatorUrl: string, pathAndQuery: string, init: RequestInit = {}, key = "test-key") {
  const headers = { authorization: `Key ${key}` };
  return fetch(`${emulatorUrl}/api.fal.ai/v1/${pathAndQuery}`, { headers, ...init });
}

/** A call of the history, with payloads, of the endpoint under test unless `query` says otherwise. */
export function callHistory(emulatorUrl: string, query: Record<string, string> = {}, init: RequestInit = {}) {
  const search = new URLSearchParams({ endpoint_id: endpoint, expand: "payloads", ...query });
  return callPlatform(emulatorUrl, `models/requests/by-endpoint?${search}`, init);
}

/** One page of the history. */
export async function readHistory(emulatorUrl: string, query: Record<string, string> = {}) {
  return historySchema.parse(await (await callHistory(emulatorUrl, query)).json());
}

/** Submits and waits until the request has ended. Returns its ledger entry. */
export async function run(emulator: FalEmulator, input: unknown, headers: Record<string, string> = {}) {
  const { request_id } = await submit(emulator.url, input, undefined, headers);
  return eventually("the request's end", () => {
    return emulator.ledger().requests.find((request) => request.request_id === request_id && request.ended_at);
  });
}

/** An input that the model rejects immediately: its image is at a missing fal URL. */
export function quickInput(prompt: string) {
  return { prompt, image_url: "https://v3.fal.media/files/never-uploaded.png", sync_mode: false };
}
