import { createFalClient } from "@fal-ai/client";
import { jobInput } from "../services/events.ts";
import { openAiSdk } from "./ai-sdk.mjs";

/** Makes a video and returns when it knows that it is done. */
export type Poller = { readonly name: string; readonly makeVideo: (prompt: string) => Promise<void> };

const endpoint = "decart/lucy-14b/image-to-video";
/** The default of Python's fal_client, whose `subscribe` otherwise does what the JavaScript client's does. */
const pythonPollMs = 100;

/** The clients that people use instead, each with its default interval. `falUrl`: the base that replaces fal's hosts. */
export function openPollers(falUrl: string): readonly Poller[] {
  const move = (url: string) => url.replace("https:/", falUrl);
  const client = createFalClient({
    credentials: "bench",
    requestMiddleware: async (request) => ({ ...request, url: move(request.url) }),
  });
  const subscribe = (pollInterval?: number) => async (prompt: string) => {
    await client.subscribe(endpoint, { input: { ...jobInput, prompt }, ...(pollInterval && { pollInterval }) });
  };
  const generate = openAiSdk(endpoint, (url, init) => fetch(move(String(url)), init));
  return [
    { name: "client's subscribe, polls every 500 ms", makeVideo: subscribe() },
    { name: "Python's subscribe, polls every 100 ms", makeVideo: subscribe(pythonPollMs) },
    {
      name: "AI SDK, polls every 5 s",
      makeVideo: async (prompt) => {
        await generate(jobInput.image_url, prompt);
      },
    },
  ];
}
