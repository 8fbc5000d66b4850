import { randomUUID } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { makeDisplay } from "./demo-display.ts";
import type { Settings } from "./stack/settings.ts";
import type { Stack } from "./stack/stack.ts";
import { firstJob } from "./stack-lines.ts";

const jobSchema = z.object({
  id: z.string(),
  status: z.string(),
  queue_position: z.number().optional(),
  logs: z.array(z.object({ message: z.string() })).optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

const videoSchema = z.object({ url: z.url() });

type Job = z.infer<typeof jobSchema>;
type Call = (path: string, init?: RequestInit) => Promise<unknown>;

const prompt = "The lamp of the lighthouse sweeps over the sea while the evening sky slowly darkens";
const openStatuses = ["submitting", "queued", "running"];
const pollDelayMs = 400;
const callTimeoutMs = 30_000;
const downloadTimeoutMs = 120_000;
const demoTimeoutMs = 600_000;

/**
 * Submits the sample job through the public API, shows its progress, and saves its video as `demo.mp4` in the data
 * folder.
 * @throws Error with the reason if the job does not succeed in time.
 */
export async function runDemo(stack: Stack, settings: Settings, root: string): Promise<void> {
  const call = makeCall(stack.url, settings.apiKeys[0] ?? "");
  const display = makeDisplay(process.stdout);
  const image = await readFile(join(root, "local", "sample", "sample.jpg"));
  const body = { input: { prompt, image_url: `data:image/jpeg;base64,${image.toString("base64")}` } };
  const headers = { "content-type": "application/json", "idempotency-key": `demo-${randomUUID()}` };
  const created = jobSchema.parse(await call("/jobs", { method: "POST", headers, body: JSON.stringify(body) }));
  display.say(`job ${created.id}`);
  const job = await follow(call, created, display).finally(() => display.end());
  if (job.status !== "succeeded") {
    throw new Error(
      `the job ${job.status}: ${job.error ? `${job.error.code}, ${job.error.message}` : "no reason was given"}`,
    );
  }
  const path = join(settings.dataDir, "demo.mp4");
  const { url } = videoSchema.parse(await call(`/jobs/${job.id}/video?redirect=0`));
  await download(url, path);
  display.say(`the video was saved to ${path}`);
  for (const line of describeNextSteps(stack, settings, root, path)) display.say(line);
}

async function follow(call: Call, created: Job, display: ReturnType<typeof makeDisplay>): Promise<Job> {
  const deadline = Date.now() + demoTimeoutMs;
  let job = created;
  for (let atFal: string | undefined; ; job = jobSchema.parse(await call(`/jobs/${job.id}?logs=1`))) {
    const isOpen = openStatuses.includes(job.status);
    atFal = describeAtFal(job) ?? atFal;
    const logs = (job.logs ?? []).map(({ message }) => message);
    // The last log lines belong to the rendering, so they are shown before the final status.
    display.show(atFal ?? job.status, logs);
    if (!isOpen) display.show(job.status, logs);
    if (!isOpen) return job;
    if (Date.now() > deadline) throw new Error(`the job is still ${job.status} after ${demoTimeoutMs / 1000} s`);
    await delay(pollDelayMs);
  }
}

// The job's own status is only as new as the last check at fal. What `?logs=1` returns is current: it has a queue
// position only while the request waits in fal's queue.
function describeAtFal({ status, queue_position, logs }: Job): string | undefined {
  if (queue_position !== undefined) return `queued: ${queue_position} ahead in fal's queue`;
  return logs !== undefined || status === "running" ? "running: fal is rendering" : undefined;
}

function describeNextSteps({ url, emulatorUrl }: Stack, settings: Settings, root: string, video: string): string[] {
  return [
    "",
    "What to try next:",
    `  watch the video: open ${video} in a browser or a video player`,
    `  create your own job: run npm start, and in a second terminal\n    ${firstJob(url, settings, root)}`,
    ...(emulatorUrl === undefined ? [] : ["  make fal fail, and see that no job is lost: see docs/guide/local.md"]),
    "  learn more: README.md, docs/guide",
  ];
}

function makeCall(url: string, apiKey: string): Call {
  return async (path, init = {}) => {
    const headers = { ...init.headers, "x-api-key": apiKey };
    const response = await fetch(`${url}${path}`, { ...init, headers, signal: AbortSignal.timeout(callTimeoutMs) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${init.method ?? "GET"} ${path} returned ${response.status}: ${text}`);
    return JSON.parse(text);
  };
}

async function download(url: string, path: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
  if (!response.ok) throw new Error(`the video could not be downloaded: ${url} returned ${response.status}`);
  await writeFile(`${path}.part`, Buffer.from(await response.arrayBuffer()));
  await rename(`${path}.part`, path);
}
