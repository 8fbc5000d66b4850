// Vercel's AI SDK against fal-jobs: npm start -- picture.jpg "what shall happen"
import { createHash, randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  APICallError,
  experimental_getVideoStatus as getVideoStatus,
  RetryError,
  experimental_startVideo as startVideo,
} from "ai";
import { errorOf, falJobs, fetchPatiently } from "./fal-jobs.mjs";

const url = process.env.FAL_JOBS_URL ?? "http://localhost:4000";
const key = process.env.FAL_JOBS_KEY ?? "local-key";
const model = falJobs({ url, key, endpoint: "decart/lucy-14b/image-to-video" });
const sample = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
// npm runs this in the example's folder; files are meant from where the command was typed.
const folder = process.env.INIT_CWD ?? process.cwd();
const pollMs = 2_000;
// The SDK waits 2, 4, 8 … seconds before it repeats a submission: two minutes in all.
const maxRetries = 6;

const [picture = sample, prompt = "the beam of the lighthouse sweeps over the sea"] = process.argv.slice(2);
try {
  await makeVideo(resolve(folder, picture), prompt, resolve(folder, "video.mp4"));
} catch (error) {
  console.error(describe(error));
  process.exitCode = 1;
}

/** The order is kept in a file beside the video until the video is there. So a second run continues the same job. */
async function makeVideo(picturePath, prompt, videoPath) {
  const image = await readFile(picturePath);
  const orderPath = `${videoPath}.ai-sdk.json`;
  const order = await resumeOrder(orderPath, image, prompt);
  await storeOrder(orderPath, order);
  order.operation ??= await submit(order, image);
  await storeOrder(orderPath, order);
  console.log(`the request is ${requestIdOf(order.operation)}`);
  const failure = await waitForEnd(order.operation);
  if (failure === undefined) {
    await writeFile(videoPath, await readStoredVideo(order.operation));
    console.log(`saved ${videoPath}`);
  }
  // The job has ended: the next run makes a new one.
  await rm(orderPath);
  if (failure !== undefined) throw new Error(failure);
}

/** Under another name first: whoever is killed here leaves the old order or the new one, never half of one. */
async function storeOrder(path, order) {
  await writeFile(`${path}.new`, JSON.stringify(order));
  await rename(`${path}.new`, path);
}

/** The order that an interrupted run left for this picture and prompt, or a new one. */
async function resumeOrder(path, image, prompt) {
  const picture = createHash("sha256").update(image).digest("hex");
  const left = JSON.parse(await readFile(path, "utf8").catch(() => "{}"));
  if (left.picture === picture && left.prompt === prompt) return left;
  return { picture, prompt, idempotencyKey: randomUUID() };
}

/** However often it is sent: one idempotency key is one job, which is paid for once. */
async function submit({ prompt, idempotencyKey }, image) {
  const headers = { "idempotency-key": idempotencyKey };
  const { operation } = await startVideo({ model, prompt: { image, text: prompt }, headers, maxRetries });
  console.log("submitted");
  return operation;
}

/** Resolves when the job has ended: to nothing, or to the reason why it failed. */
async function waitForEnd(operation) {
  for (;;) {
    const { status, error } = await getVideoStatus(model, { operation }).catch(ifGone);
    if (status === "completed") return undefined;
    if (status === "error") return error;
    await delay(pollMs);
  }
}

function ifGone(error) {
  if (error.status !== 404) throw error;
  return { status: "error", error: "The job no longer exists, or belongs to another API key." };
}

/** The copy that fal-jobs stores, which lasts longer than the one at fal; or fal's while there is none. */
async function readStoredVideo(operation) {
  const videoUrl = `${url}/jobs/${requestIdOf(operation)}/video?redirect=0`;
  const answer = await fetchPatiently(videoUrl, { headers: { "x-api-key": key } });
  if (!answer.ok) throw await errorOf(answer);
  const video = await fetchPatiently((await answer.json()).url);
  if (!video.ok) throw await errorOf(video);
  return Buffer.from(await video.arrayBuffer());
}

function requestIdOf({ responseUrl }) {
  return responseUrl.split("/").at(-1);
}

function describe(error) {
  if (RetryError.isInstance(error)) return describe(error.lastError);
  return APICallError.isInstance(error) && error.statusCode === undefined ? `${error.message} (${url})` : error.message;
}
