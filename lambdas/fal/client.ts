import { createFalClient } from "@fal-ai/client";
import type { ModelInput } from "../job/job.ts";
import { REQUEST_ID_MAX_CHARACTERS, STORAGE_UPLOAD_TIMEOUT_MS } from "../job/limits.ts";
import { falUrl } from "./fal-url.ts";
import { postOnce } from "./post-once.ts";
import { readRefusal, type Submission } from "./submission.ts";

export interface SubmitCall {
  readonly key: string;
  readonly endpoint: string;
  readonly input: ModelInput;
  /** Called verbatim by fal. */
  readonly webhookUrl: string;
  /** Seconds until fal must have started, else it answers 504 and bills nothing (rule P12). */
  readonly startTimeoutSeconds: number;
  readonly timeoutMs: number;
  readonly falEndpointUrl: string | undefined;
}

/** Sends a job to fal's queue with exactly one POST, and says what that came to. Never throws. The only file that imports fal's client. */
export async function submitToFal(call: SubmitCall): Promise<Submission> {
  const post = postOnce(call.timeoutMs);
  const client = createFalClient({
    credentials: call.key,
    fetch: (url, init) => post.fetch(falUrl(String(url), call.falEndpointUrl), init),
  });
  try {
    const queued: { readonly request_id?: unknown } = await client.queue.submit(call.endpoint, {
      input: call.input,
      webhookUrl: call.webhookUrl,
      startTimeout: call.startTimeoutSeconds,
    });
    if (isRequestId(queued.request_id)) return { outcome: "accepted", requestId: queued.request_id };
  } catch {
    // Whatever the client makes of it, the POST's own outcome is the truth.
  }
  return readRefusal(post.outcome());
}

/** Hands bytes to fal's storage and gives the URL under which fal keeps them. Throws when that fails; sending it twice costs nothing. */
export async function uploadToFal(
  file: { readonly contentType: string; readonly bytes: Uint8Array },
  fileName: string,
  key: string,
  falEndpointUrl: string | undefined,
): Promise<string> {
  const signal = AbortSignal.timeout(STORAGE_UPLOAD_TIMEOUT_MS);
  const client = createFalClient({
    credentials: key,
    fetch: (url, init) => fetch(falUrl(String(url), falEndpointUrl), { ...init, signal }),
  });
  return client.storage.upload(new File([new Uint8Array(file.bytes)], fileName, { type: file.contentType }));
}

function isRequestId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= REQUEST_ID_MAX_CHARACTERS;
}
