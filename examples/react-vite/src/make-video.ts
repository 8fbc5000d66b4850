import { ApiError, fal, type QueueStatus } from "@fal-ai/client";
import { forgetOrder, type Order, storeOrder } from "./order.ts";

const url = import.meta.env.VITE_FAL_JOBS_URL ?? "http://localhost:4000";
// Anyone who opens the page can read everything that is built into it: see the README before you deploy.
const key = import.meta.env.VITE_FAL_JOBS_KEY ?? "local-key";
const endpoint = "decart/lucy-14b/image-to-video";
const retryMs = 2_000;

// All that fal-jobs asks of code written for fal.
fal.config({
  proxyUrl: { url: `${url}/fal/proxy`, when: "always" },
  requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } }),
});

/** How far a request is, in words, and what the model has logged so far. */
export type Progress = { readonly step: string; readonly logs: readonly string[] };

type OnProgress = (progress: Progress) => void;

/**
 * Uploads the picture, requests a video of it and waits; the video's URL.
 * @throws ValidationError when the picture or the prompt is refused, ApiError for any other refusal or failure.
 */
export async function makeVideo(image: File, prompt: string, onProgress: OnProgress): Promise<string> {
  const image_url = await whileOffline(onProgress, () => {
    onProgress({ step: "Uploading the picture", logs: [] });
    return fal.storage.upload(image);
  });
  return continueOrder({ idempotencyKey: crypto.randomUUID(), input: { prompt, image_url } }, onProgress);
}

/**
 * Submits an order, if it was not submitted yet, and waits for its video. The order is stored until it ends, so that it
 * continues after a reload. Its idempotency key makes it one job, however often it is submitted.
 */
export async function continueOrder(order: Order, onProgress: OnProgress): Promise<string> {
  storeOrder(order);
  let hasEnded = false;
  try {
    const requestId = order.requestId ?? (await submit(order, onProgress));
    storeOrder({ ...order, requestId });
    await whileOffline(onProgress, () =>
      fal.queue.subscribeToStatus(endpoint, {
        requestId,
        logs: true,
        onQueueUpdate: (update) => onProgress(describe(update)),
      }),
    );
    hasEnded = true;
    await whileOffline(onProgress, () => fal.queue.result(endpoint, { requestId }));
    const videoUrl = await whileOffline(onProgress, () => findStoredVideo(requestId));
    forgetOrder();
    return videoUrl;
  } catch (error) {
    if (error instanceof ApiError && (hasEnded || error.status < 500)) forgetOrder();
    throw error;
  }
}

async function submit({ idempotencyKey, input }: Order, onProgress: OnProgress): Promise<string> {
  const headers = { "idempotency-key": idempotencyKey };
  const { request_id } = await whileOffline(onProgress, () => fal.queue.submit(endpoint, { input, headers }));
  return request_id;
}

/** The URL of the copy that fal-jobs stores. It lasts longer than the one at fal. */
async function findStoredVideo(requestId: string): Promise<string> {
  const answer = await fetch(`${url}/jobs/${requestId}/video?redirect=0`, { headers: { "x-api-key": key } });
  if (!answer.ok) throw new Error("The video cannot be shown.");
  const stored: { url: string } = await answer.json();
  return stored.url;
}

/** Repeats a call until there is a connection again. */
async function whileOffline<T>(onProgress: OnProgress, call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      // What fetch throws without a connection. The service's own answers are ApiErrors.
      if (!(error instanceof TypeError)) throw error;
      onProgress({ step: "No connection. Your video is not lost; trying again", logs: [] });
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
}

function describe(update: QueueStatus): Progress {
  if (update.status === "IN_QUEUE") return { step: `In the queue, ${update.queue_position} ahead of you`, logs: [] };
  const step = update.status === "IN_PROGRESS" ? "Making your video" : "Fetching your video";
  return { step, logs: (update.logs ?? []).map(({ message }) => message) };
}
