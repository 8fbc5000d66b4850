// fal's official samples, as a page's own script. Only `api` and `key`, from the query, are not fal's.
import { ApiError, fal, ValidationError } from "@fal-ai/client";

const endpoint = "decart/lucy-14b/image-to-video";
const pollMs = 200;
const { api, key } = Object.fromEntries(new URLSearchParams(location.search));

fal.config({
  proxyUrl: { url: `${api}/fal/proxy`, when: "always" },
  requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } }),
});

globalThis.samples = {
  /** A `File` in the input is uploaded automatically. */
  autoUpload: (prompt, options = {}) => subscribe({ prompt, image_url: chosenFile() }, options),
  subscribe,
  submitAndPoll,
  cancel,
  play,
  /** The error that a sample throws, as a page sees it. */
  async failure(name, ...args) {
    const error = await globalThis.samples[name](...args).catch((thrown) => thrown);
    const { status, body, requestId, fieldErrors } = error;
    const kind = error instanceof ValidationError ? "ValidationError" : error instanceof ApiError ? "ApiError" : "none";
    return { kind, status, body, requestId, fieldErrors };
  },
};

async function subscribe(input, options = {}) {
  const updates = [];
  const enqueued = [];
  const { data, requestId } = await fal.subscribe(endpoint, {
    input,
    logs: true,
    onEnqueue: (id) => enqueued.push(id),
    onQueueUpdate: (update) => updates.push(structuredClone(update)),
    ...options,
  });
  return { data, requestId, enqueued, updates };
}

async function submitAndPoll(prompt) {
  const image_url = await fal.storage.upload(chosenFile());
  const { request_id: requestId } = await fal.queue.submit(endpoint, { input: { prompt, image_url } });
  const updates = [await fal.queue.status(endpoint, { requestId, logs: true })];
  while (updates.at(-1).status !== "COMPLETED") {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    updates.push(await fal.queue.status(endpoint, { requestId, logs: true }));
  }
  return { ...(await fal.queue.result(endpoint, { requestId })), enqueued: [requestId], updates };
}

async function cancel(input) {
  const { request_id: requestId } = await fal.queue.submit(endpoint, { input });
  await fal.queue.cancel(endpoint, { requestId });
  await fal.queue.subscribeToStatus(endpoint, { requestId });
  return fal.queue.result(endpoint, { requestId });
}

function chosenFile() {
  return document.querySelector("input").files[0];
}

function play(url) {
  const video = document.querySelector("video");
  video.src = url;
  return video.play();
}
