import { fal, type QueueStatus } from "@fal-ai/client";

const url = import.meta.env.VITE_FAL_JOBS_URL ?? "http://localhost:4000";
// Whatever is built into a page is everybody's: see the README before you deploy.
const key = import.meta.env.VITE_FAL_JOBS_KEY ?? "local-key";

// All that fal-jobs asks of code written for fal.
fal.config({
  proxyUrl: { url: `${url}/fal/proxy`, when: "always" },
  requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } }),
});

/** How far a request is, in words, and what the model has logged so far. */
export type Progress = { readonly step: string; readonly logs: readonly string[] };

/**
 * Uploads the picture, asks for a video of it and waits; the video's URL.
 * @throws ValidationError when the picture or the prompt is refused, ApiError for any other refusal or failure.
 */
export async function makeVideo(
  image: File,
  prompt: string,
  onProgress: (progress: Progress) => void,
): Promise<string> {
  onProgress({ step: "Uploading the picture", logs: [] });
  const { data }: { data: { video: { url: string } } } = await fal.subscribe("decart/lucy-14b/image-to-video", {
    input: { prompt, image_url: image },
    logs: true,
    onQueueUpdate: (update) => onProgress(describe(update)),
  });
  return data.video.url;
}

function describe(update: QueueStatus): Progress {
  if (update.status === "IN_QUEUE") return { step: `In the queue, ${update.queue_position} ahead of you`, logs: [] };
  const step = update.status === "IN_PROGRESS" ? "Making your video" : "Fetching your video";
  return { step, logs: (update.logs ?? []).map(({ message }) => message) };
}
