import { setTimeout as delay } from "node:timers/promises";
import type { createFal } from "@ai-sdk/fal";
import {
  experimental_generateVideo as generateVideo,
  experimental_getVideoStatus as getVideoStatus,
  experimental_startVideo as startVideo,
} from "ai";
import { type Ending, type Life, pollMs } from "./caller.ts";
import { pictureOf } from "./fal.ts";
import type { Job } from "./plan.ts";

type SdkModel = Parameters<typeof generateVideo>[0]["model"];
/** A model of `@ai-sdk/fal`. */
export type FalModel = ReturnType<ReturnType<typeof createFal>["video"]>;
type Options = { readonly headers?: Record<string, string>; readonly maxRetries?: number };

/** `generateVideo` of the AI SDK with its default retries: one call from the picture to the video. */
export async function generate(model: FalModel, job: Job, options: Options = {}): Promise<Ending> {
  let videoUrl = "";
  await generateVideo({
    model: forSdk(model),
    prompt: promptOf(job),
    poll: { intervalMs: pollMs },
    // The video's address is all that the run needs; by default, the SDK downloads nothing from this machine.
    download: async ({ url }) => {
      videoUrl = url.href;
      return { data: new Uint8Array(), mediaType: "video/mp4" };
    },
    ...options,
  });
  return { kind: "video", url: videoUrl };
}

/** `startVideo` without retries, and `getVideoStatus`: a process that is started again continues the same operation. */
export async function startAndFollow(model: FalModel, job: Job, { stored }: Life): Promise<Ending> {
  const known = stored.get("operation");
  const operation = known
    ? JSON.parse(known)
    : (await startVideo({ model: forSdk(model), prompt: promptOf(job), maxRetries: 0 })).operation;
  stored.set("operation", JSON.stringify(operation));
  for (;;) {
    const status = await getVideoStatus(forSdk(model), { operation });
    if (status.status === "error") return { kind: "failed", message: status.error };
    if (status.status === "completed") return { kind: "video", url: urlOf(status.videos) };
    await delay(pollMs);
  }
}

/** `ai` and `@ai-sdk/fal` depend on two copies of the same types. */
function forSdk(model: FalModel): SdkModel {
  return model as SdkModel;
}

function promptOf(job: Job) {
  return { image: pictureOf(job), text: job.prompt };
}

function urlOf(videos: readonly { readonly type: string; readonly url?: string }[]): string {
  return videos[0]?.url ?? "";
}
