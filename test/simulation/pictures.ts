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
  /** False: the request must be refused, and nothing may be sent. */
  readonly isUsable: boolean;
  /** What of it lies in the bucket. */
  readonly uploads: readonly string[];
}

/** A picture as callers name it: one third hosted, one third inline, one third uploaded. `isAnyFile`: the model takes whatever file there is. */
export function drawPicture(world: World, isAnyFile: boolean): Picture {
  // One hosted picture and one inline: equal inputs of different jobs are normal.
  const hosted = { imageUrl: "https://example.com/a.jpg", isUsable: true, uploads: [] };
  const inline = { imageUrl: `data:image/png;base64,${PNG}`, isUsable: true, uploads: [] };
  return world.random.pick([() => hosted, () => inline, () => upload(world, isAnyFile)])();
}

/** An upload, which may never have been put, be too old, be another caller's, or be no picture. */
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
