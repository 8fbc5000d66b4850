import { jobInput } from "./events.ts";
import { apiKey } from "./stack.ts";

/** The public fields of a job that the bench reads. */
export type PublicJob = {
  readonly id: string;
  readonly status: string;
  readonly request_id?: string;
  readonly timeline: readonly { readonly at: string; readonly event: string }[];
};

const settled = new Set(["succeeded", "failed", "canceled", "expired"]);

/** Creates a job. Throws unless it is accepted. */
export async function createJob(
  url: string,
  prompt: string,
  options: { readonly callbackUrl?: string; readonly waitSeconds?: number } = {},
): Promise<PublicJob> {
  const { callbackUrl, waitSeconds } = options;
  const response = await fetch(`${url}/jobs`, {
    method: "POST",
    headers: {
      "x-api-key": apiKey,
      "content-type": "application/json",
      ...(waitSeconds !== undefined && { prefer: `wait=${waitSeconds}` }),
    },
    body: JSON.stringify({ input: { ...jobInput, prompt }, ...(callbackUrl && { callback_url: callbackUrl }) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`a job was answered with ${response.status}: ${text}`);
  return JSON.parse(text) as PublicJob;
}

/** Follows a job's event stream until the event that says that it has settled. */
export async function followJob(url: string, id: string): Promise<PublicJob> {
  const response = await fetch(`${url}/jobs/${id}/events`, { headers: { "x-api-key": apiKey } });
  if (!response.ok || response.body === null) throw new Error(`a stream was answered with ${response.status}`);
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const events = text.split("\n\n");
    text = events.pop() ?? "";
    for (const event of events) {
      const data = /^event: job$/m.test(event) ? /^data: (.*)$/m.exec(event)?.[1] : undefined;
      const job = data === undefined ? undefined : (JSON.parse(data) as PublicJob);
      if (job && isSettled(job)) {
        await response.body.cancel().catch(() => undefined);
        return job;
      }
    }
  }
  throw new Error("a stream ended before its job");
}

export function isSettled({ status }: Pick<PublicJob, "status">): boolean {
  return settled.has(status);
}
