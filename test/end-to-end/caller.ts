import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { dataUriOf } from "../support/pictures.ts";

/** A job as a caller reads it, as far as the tests look at it. */
export type Job = {
  readonly id: string;
  readonly status: string;
  readonly request_id?: string;
  readonly settled_by?: string;
  readonly retry_of?: string;
  readonly error?: { readonly code: string; readonly retryable: boolean };
  readonly result?: { readonly video: { readonly url: string; readonly content_type?: string } };
  readonly late_result?: unknown;
  readonly timeline: readonly { readonly event: string; readonly by: string }[];
};

/** An answer of the API, its body parsed. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Job & Record<string, unknown>;
};

const settleTimeoutMs = 120_000;
const pollDelayMs = 250;

/** The sample image as a data URI. */
export async function sampleImage(): Promise<string> {
  const path = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
  return `data:image/jpeg;base64,${(await readFile(path)).toString("base64")}`;
}

/** The smallest image there is, as a data URI, and one that is named by an address. */
export const inlineImage = dataUriOf("image/png");
export const hostedImage = "https://example.com/image.jpg";

/** Calls the API with the local key. */
export async function call(url: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const headers = { "x-api-key": "local-key", "content-type": "application/json", ...init.headers };
  const response = await fetch(`${url}${path}`, { ...init, headers });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer["body"] };
}

/** Posts a job. */
export function submit(
  url: string,
  input: object,
  headers: Record<string, string> = {},
  options: object = {},
): Promise<Answer> {
  return call(url, "/jobs", { method: "POST", headers, body: JSON.stringify({ input, ...options }) });
}

/** Reads a job until it is settled. */
export async function waitUntilSettled(url: string, id: string): Promise<Job> {
  const deadline = Date.now() + settleTimeoutMs;
  while (true) {
    const { body } = await call(url, `/jobs/${id}`);
    if (!["submitting", "queued", "running"].includes(body.status)) return body;
    if (Date.now() > deadline) throw new Error(`the job ${id} is still ${body.status}`);
    await delay(pollDelayMs);
  }
}

/** What the emulator's ledger tells of everything it got and sent. */
export type Ledger = {
  readonly posts: readonly unknown[];
  readonly requests: readonly { readonly request_id: string; readonly webhook?: string }[];
  readonly deliveries: readonly { readonly state: string }[];
};

/** Reads the emulator's ledger. */
export async function readLedger(falUrl: string): Promise<Ledger> {
  return (await (await fetch(`${falUrl}/_emulator/ledger`)).json()) as Ledger;
}
