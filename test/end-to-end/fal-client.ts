import { ApiError, type FalClient, type fal, type QueueStatus } from "@fal-ai/client";
import { addFaults, type Ledger, readLedger } from "./caller.ts";
import { readMovie } from "./video.ts";

/** The options of `fal.config`. */
export type FalConfig = Parameters<typeof fal.config>[0];

/** The model of the samples. */
export const endpoint = "decart/lucy-14b/image-to-video";

/** The only line that our callers add to code written for fal. */
export function throughUs(api: string, key = "local-key"): FalConfig {
  return {
    proxyUrl: { url: `${api}/fal/proxy`, when: "always" },
    requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } }),
  };
}

/** The same client with the emulator as fal: `https://HOST/path` is at `{falUrl}/HOST/path`. */
export function straightTo(falUrl: string): FalConfig {
  return {
    credentials: "local-fal-key",
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace(/^https:\/(?=\/)/, falUrl) }),
  };
}

/** The error that the client threw; throws when it did not. */
export async function errorOf(work: Promise<unknown>): Promise<ApiError<unknown>> {
  const error = await work.catch((reason: unknown) => reason);
  if (error instanceof ApiError) return error;
  throw new Error("the call was not refused", { cause: error });
}

/** Downloads a result's video without a key; rejects when it is not an MP4. */
export async function fetchFilm({ video }: { readonly video: { readonly url: string } }): Promise<Buffer> {
  const answer = await fetch(video.url);
  if (!answer.ok) throw new Error(`${video.url} answered ${answer.status}`);
  const film = Buffer.from(await answer.arrayBuffer());
  const { videoTracks } = await readMovie(film);
  if (videoTracks.length !== 1) throw new Error(`${video.url} has ${videoTracks.length} video tracks`);
  return film;
}

/** What fal stores of the submission with this prompt; there must be exactly one. */
export async function readAtFal(falUrl: string, prompt: string): Promise<Ledger["requests"][number]> {
  const { requests } = await readLedger(falUrl);
  const [request, ...others] = requests.filter(({ input }) => JSON.stringify(input).includes(JSON.stringify(prompt)));
  if (request === undefined || others.length > 0)
    throw new Error(`fal has ${others.length + 1} requests of "${prompt}"`);
  return request;
}

/** Submits a request that stays in fal's queue. */
export async function submitHeld(client: FalClient, falUrl: string, prompt: string, image_url: string) {
  await addFaults(falUrl, { prompt, queue_ms: 600_000 });
  return client.queue.submit(endpoint, { input: { prompt, image_url } });
}

/** The messages of a status's log lines. */
export function messagesOf(status: QueueStatus): string[] {
  return "logs" in status && Array.isArray(status.logs) ? status.logs.map(({ message }) => message) : [];
}
