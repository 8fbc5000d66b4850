import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Fault } from "../../local/fal/fault-schema.ts";
import { expectConforms } from "../support/conforms.ts";
import { dataUriOf } from "../support/pictures.ts";

/** A job as a caller reads it, with the fields that the tests use. */
export type Job = {
  readonly id: string;
  readonly status: string;
  readonly input: { readonly image_url: string };
  readonly request_id?: string;
  readonly settled_by?: string;
  readonly retry_of?: string;
  readonly error?: { readonly code: string; readonly retryable: boolean };
  readonly result?: { readonly video: Video };
  readonly late_result?: unknown;
  readonly timeline: readonly { readonly event: string; readonly by: string }[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly created_at: string;
  readonly settled_at?: string;
  readonly cost?: unknown;
  readonly deliveries?: readonly { readonly attempt: number; readonly status?: number; readonly error?: string }[];
};

/** The video of a job; the fields after the type are read from the file once it is archived. */
export type Video = {
  readonly url: string;
  readonly content_type?: string;
  readonly file_size?: number;
  readonly sha256?: string;
  readonly duration_seconds?: number;
  readonly width?: number;
  readonly height?: number;
  readonly codec?: string;
};

/** An answer of the API with its parsed body; an empty object if it has none. */
export type Answer<Body = Job & Record<string, unknown>> = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
};

const settleTimeoutMs = 200_000;
/** A job is read again after a fifth of the time that it has been waited for, within these limits. */
const pollDelayMs = { least: 100, most: 1_000 };

/** The sample image as a data URI. */
export async function sampleImage(): Promise<string> {
  const path = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
  return `data:image/jpeg;base64,${(await readFile(path)).toString("base64")}`;
}

/** The smallest possible image as a data URI, and one that is given by its URL. */
export const inlineImage = dataUriOf("image/png");
export const hostedImage = "https://example.com/image.jpg";

/** Calls the API with the local key; the answer must match the API's description. */
export async function call<Body = Answer["body"]>(
  url: string,
  path: string,
  init: RequestInit = {},
): Promise<Answer<Body>> {
  const headers = { "x-api-key": "local-key", "content-type": "application/json", ...init.headers };
  const response = await fetch(`${url}${path}`, { ...init, headers });
  const text = await response.text();
  const { status, headers: told } = response;
  expectConforms(init.method ?? "GET", path, { status, headers: told, body: text ? JSON.parse(text) : undefined });
  return { status, headers: told, body: JSON.parse(text || "{}") };
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
export function waitUntilSettled(url: string, id: string): Promise<Job> {
  return waitUntil(url, id, ({ status }) => !["submitting", "queued", "running"].includes(status));
}

/** Reads a job until its video is archived. */
export function waitUntilKept(url: string, id: string): Promise<Job> {
  return waitUntil(url, id, ({ result }) => result?.video.sha256 !== undefined);
}

async function waitUntil(url: string, id: string, isSo: (job: Job) => boolean): Promise<Job> {
  const startedAt = Date.now();
  while (true) {
    const { body } = await call(url, `/jobs/${id}`);
    if (isSo(body)) return body;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > settleTimeoutMs) throw new Error(`the job ${id} is still ${body.status}: ${JSON.stringify(body)}`);
    await delay(Math.min(Math.max(waitedMs / 5, pollDelayMs.least), pollDelayMs.most));
  }
}

/** The emulator's ledger of everything that it received and sent. */
export type Ledger = {
  readonly posts: readonly unknown[];
  readonly requests: readonly {
    readonly request_id: string;
    readonly webhook?: string;
    readonly input: unknown;
    readonly headers: Readonly<Record<string, string>>;
    readonly outcome?: { readonly inline?: { readonly film: string } };
  }[];
  readonly deliveries: readonly {
    readonly request_id: string;
    readonly state: string;
    readonly attempts: readonly { readonly status?: number }[];
  }[];
};

/** Reads the emulator's ledger. */
export async function readLedger(falUrl: string): Promise<Ledger> {
  return (await (await fetch(`${falUrl}/_emulator/ledger`)).json()) as Ledger;
}

/** Sets what the emulator does from now on (`local/fal/fault-schema.ts`). */
export async function addFaults(falUrl: string, ...faults: readonly Fault[]): Promise<void> {
  const response = await fetch(`${falUrl}/_emulator/faults`, { method: "POST", body: JSON.stringify(faults) });
  if (response.status !== 201) throw new Error(`the emulator refused a fault: ${await response.text()}`);
}
