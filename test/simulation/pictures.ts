import { randomUploadId, uploadKey, uploadUrl } from "../../lambdas/contract/upload.ts";
import { PUBLIC_URL } from "./demand.ts";
import type { World } from "./world.ts";

const OWNER = "key-id-1";
const STRANGER = "key-id-2";
const hourMs = 3_600_000;

/** 16 by 16 pixels. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAMAAAAoLQ9TAAAAA1BMVEVEZogALd/1AAAADUlEQVQY02NgGAXIAAABEAAB7JfjegAAAABJRU5ErkJggg==";

export interface Picture {
  readonly imageUrl: string;
  /** False: the request must be rejected, and nothing may be sent. */
  readonly isUsable: boolean;
  /** Its objects in the bucket. */
  readonly uploads: readonly string[];
}

/**
 * An image as callers give it: one third hosted, one third inline, one third uploaded. `isAnyFile`: the model accepts
 * any file type.
 */
export function drawPicture(world: World, isAnyFile: boolean): Picture {
  // One hosted image and one inline: equal inputs of different jobs are normal.
  const hosted = { imageUrl: "https://example.com/a.jpg", isUsable: true, uploads: [] };
  const inline = { imageUrl: `data:image/png;base64,${PNG}`, isUsable: true, uploads: [] };
  return world.random.pick([() => hosted, () => inline, () => upload(world, isAnyFile)])();
}

/** An upload, which may never have been put, be expired, belong to another caller, or not be an image. */
function upload({ random, scheduler, bucket }: World, isAnyFile: boolean): Picture {
  const fate = random.pick(["there", "there", "there", "there", "absent", "expired", "another's", "no picture"]);
  const id = randomUploadId(scheduler.now() - (fate === "expired" ? 25 * hourMs : 0), random.bytes(16));
  const bytes = fate === "no picture" ? Buffer.from("<html>") : Buffer.from(PNG, "base64");
  const owner = fate === "another's" ? STRANGER : OWNER;
  const key = uploadKey(owner, id);
  if (fate !== "absent") bucket.putByCaller(key, "image/png", bytes);
  const isUsable = fate === "there" || (isAnyFile && fate === "no picture");
  return { imageUrl: uploadUrl(PUBLIC_URL, id), isUsable, uploads: [key] };
}
