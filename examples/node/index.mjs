// fal's own client against fal-jobs: npm start -- picture.jpg "what shall happen"
import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ApiError, fal } from "@fal-ai/client";

const url = process.env.FAL_JOBS_URL ?? "http://localhost:4000";
const key = process.env.FAL_JOBS_KEY ?? "local-key";
const endpoint = "decart/lucy-14b/image-to-video";
const sample = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
const types = { ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp" };
// npm runs this in the example's folder; files are meant from where the command was typed.
const folder = process.env.INIT_CWD ?? process.cwd();
const patienceMs = 2 * 60_000;
const retryMs = 2_000;

// All that fal-jobs asks of code written for fal.
fal.config({
  proxyUrl: { url: `${url}/fal/proxy`, when: "always" },
  requestMiddleware: async (request) => ({ ...request, headers: { ...request.headers, "x-api-key": key } }),
});

const [picture = sample, prompt = "the beam of the lighthouse sweeps over the sea"] = process.argv.slice(2);
try {
  await makeVideo(resolve(folder, picture), prompt, resolve(folder, "video.mp4"));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}

/** The order is kept in a file beside the video until the video is there. So a second run continues the same job. */
async function makeVideo(picturePath, prompt, videoPath) {
  const type = types[extname(picturePath).toLowerCase()];
  const file = new File([await readFile(picturePath)], basename(picturePath), { type });
  const orderPath = `${videoPath}.node.json`;
  const order = await resumeOrder(orderPath, await digest(file), prompt);
  let hasEnded = false;
  try {
    order.image_url ??= await upload(file);
    await storeOrder(orderPath, order);
    order.requestId ??= await submit(order);
    await storeOrder(orderPath, order);
    const { requestId } = order;
    const onQueueUpdate = printUpdates();
    await whileUnreachable(() => fal.queue.subscribeToStatus(endpoint, { requestId, logs: true, onQueueUpdate }));
    hasEnded = true;
    await whileUnreachable(() => fal.queue.result(endpoint, { requestId }));
    await writeFile(videoPath, await whileUnreachable(() => readStoredVideo(requestId)));
    console.log(`saved ${videoPath}`);
    await rm(orderPath);
  } catch (error) {
    // Refused or failed: the next run makes a new job. After anything else it continues this one.
    if (error instanceof ApiError && (hasEnded || error.status < 500)) await rm(orderPath, { force: true });
    throw error;
  }
}

/** Under another name first: whoever is killed here leaves the old order or the new one, never half of one. */
async function storeOrder(path, order) {
  await writeFile(`${path}.new`, JSON.stringify(order));
  await rename(`${path}.new`, path);
}

/** The order that an interrupted run left for this picture and prompt, or a new one. */
async function resumeOrder(path, picture, prompt) {
  const left = JSON.parse(await readFile(path, "utf8").catch(() => "{}"));
  if (left.picture === picture && left.prompt === prompt) return left;
  return { picture, prompt, idempotencyKey: randomUUID() };
}

async function upload(file) {
  const image_url = await whileUnreachable(() => fal.storage.upload(file));
  console.log(`uploaded ${file.name}`);
  return image_url;
}

/** However often it is sent: one idempotency key is one job, which is paid for once. */
async function submit({ prompt, image_url, idempotencyKey }) {
  const headers = { "idempotency-key": idempotencyKey };
  const { request_id } = await whileUnreachable(() =>
    fal.queue.submit(endpoint, { input: { prompt, image_url }, headers }),
  );
  console.log(`submitted, request ${request_id}`);
  return request_id;
}

/** The copy that fal-jobs stores. It lasts longer than the one at fal. */
async function readStoredVideo(requestId) {
  const answer = await fetch(`${url}/jobs/${requestId}/video?redirect=0`, { headers: { "x-api-key": key } });
  if (!answer.ok) throw new Error(`the video of ${requestId} was answered with ${answer.status}`);
  const { url: videoUrl } = await answer.json();
  const video = await fetch(videoUrl);
  if (!video.ok) throw new Error(`the video of ${requestId} was answered with ${video.status}`);
  return Buffer.from(await video.arrayBuffer());
}

/** Repeats a call for some minutes while there is no connection. */
async function whileUnreachable(call) {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof TypeError) || Date.now() > until) throw error;
      console.log(`no connection to ${url}; trying again`);
      await delay(retryMs);
    }
  }
}

// Every update contains all log lines so far.
function printUpdates() {
  let last = "";
  let printed = 0;
  return ({ status, queue_position, logs }) => {
    const line = status === "IN_QUEUE" ? `in fal's queue, ${queue_position} ahead` : status;
    if (line !== last) console.log(line);
    last = line;
    for (const { message } of logs?.slice(printed) ?? []) console.log(`  ${message}`);
    printed = Math.max(printed, logs?.length ?? 0);
  };
}

async function digest(file) {
  return createHash("sha256")
    .update(Buffer.from(await file.arrayBuffer()))
    .digest("hex");
}

function describe(error) {
  if (error.status === 401) return `FAL_JOBS_KEY is no API key of ${url}`;
  const detail = error instanceof ApiError ? error.body?.detail : undefined;
  if (Array.isArray(detail)) return detail.map(({ loc, msg }) => `${loc.at(-1)} ${msg}`).join("\n");
  if (detail) return `${error.status}: ${detail}`;
  return error.cause ? `${error.message}: ${error.cause.message || error.cause.code} (${url})` : error.message;
}
