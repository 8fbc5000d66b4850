import { followStructure, type VideoFacts } from "../../lambdas/archive/structure.ts";
import { recogniseVideo } from "../../lambdas/archive/video-form.ts";
import { VIDEO_HEAD_BYTES } from "../../lambdas/limits.ts";

/** What is known of a body: its content type, if it begins like a video. */
export interface Examined {
  readonly type: string | undefined;
  readonly isWhole: boolean;
  readonly facts: VideoFacts;
}

/** What is known of these bytes once they have passed by in chunks of this size. */
export function examine(bytes: Buffer, chunkBytes = bytes.length || 1): Examined {
  const form = recogniseVideo(bytes.subarray(0, VIDEO_HEAD_BYTES));
  if (form === undefined) return { type: undefined, isWhole: false, facts: {} };
  const video = form.open();
  const structure = followStructure(video.structure);
  for (let at = 0; at < bytes.length; at += chunkBytes) structure.take(bytes.subarray(at, at + chunkBytes));
  return {
    type: form.contentType,
    isWhole: structure.isWhole() && video.hasAll(),
    facts: video.facts(),
  };
}
