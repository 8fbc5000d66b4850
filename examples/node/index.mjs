// fal's own client against fal-jobs: npm start -- picture.jpg "what shall happen"
import { readFile, writeFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ApiError, fal } from "@fal-ai/client";

const url = process.env.FAL_JOBS_URL ?? "http://localhost:4000";
const key = process.env.FAL_JOBS_KEY ?? "local-key";
const sample = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
const types = { ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp" };
// npm runs this in the example's folder; files are meant from where the command was typed.
const folder = process.env.INIT_CWD ?? process.cwd();

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

async function makeVideo(picturePath, prompt, videoPath) {
  const type = types[extname(picturePath).toLowerCase()];
  const file = new File([await readFile(picturePath)], basename(picturePath), { type });
  const image_url = await fal.storage.upload(file);
  console.log(`uploaded ${file.name}`);

  const { data, requestId } = await fal.subscribe("decart/lucy-14b/image-to-video", {
    input: { prompt, image_url },
    logs: true,
    onEnqueue: (requestId) => console.log(`requested a video, request id ${requestId}`),
    onQueueUpdate: printUpdates(),
  });

  const answer = await fetch(data.video.url);
  if (!answer.ok) throw new Error(`the download of the video of ${requestId} returned ${answer.status}`);
  await writeFile(videoPath, Buffer.from(await answer.arrayBuffer()));
  console.log(`saved ${videoPath}`);
}

// Every update contains all log lines so far.
function printUpdates() {
  let last = "";
  let printed = 0;
  return ({ status, queue_position, logs }) => {
    const line = status === "IN_QUEUE" ? `in the queue, ${queue_position} ahead of us` : status;
    if (line !== last) console.log(line);
    last = line;
    for (const { message } of logs?.slice(printed) ?? []) console.log(`  ${message}`);
    printed = Math.max(printed, logs?.length ?? 0);
  };
}

function describe(error) {
  const detail = error instanceof ApiError ? error.body?.detail : undefined;
  if (Array.isArray(detail)) return detail.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`).join("\n");
  if (detail) return `${error.status}: ${detail}`;
  return error.cause ? `${error.message}: ${error.cause.message || error.cause.code} (${url})` : error.message;
}
