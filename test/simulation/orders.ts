import { BrokenPromise } from "./demand.ts";
import { UNUSABLE_PROMPT } from "./invariants.ts";
import { drawPicture } from "./pictures.ts";
import { receiverUrl } from "./receivers.ts";
import type { Answered, World } from "./world.ts";

export const MAX_DEADLINE_SECONDS = 1200;

/** What one caller asks for. */
export interface Order {
  readonly body: object;
  /** False: its picture cannot be had, so it must be refused. */
  readonly isUsable: boolean;
}

/** A request that was accepted as a job. */
export interface Placed {
  readonly id: string;
  /** Sends it once more; undefined where it had no Idempotency-Key. */
  readonly repeat: (() => Promise<Answered>) | undefined;
}

export function drawOrder(world: World): Order {
  const { random, profile } = world;
  const { imageUrl, isUsable } = drawPicture(world);
  const input = {
    // Few prompts: equal inputs of different jobs are normal.
    prompt: isUsable ? random.pick(["waves", "wind"]) : UNUSABLE_PROMPT,
    image_url: imageUrl,
    ...(random.chance(0.25) && { sync_mode: true }),
  };
  const receiver = random.between(0, profile.receivers.length - 1);
  const body = {
    input,
    deadline_seconds: random.between(60, MAX_DEADLINE_SECONDS),
    ...(random.chance(profile.callbackChance) && { callback_url: receiverUrl(receiver) }),
  };
  return { body, isUsable };
}

/** Throws where an answer is not what the order deserves. */
export function checkAnswer(status: number, code: string | undefined, { isUsable }: Order): void {
  const isRefused = status === 422 && code === "invalid_request";
  if (status < 500 && isUsable === isRefused)
    throw new BrokenPromise(`P25: a picture that is ${isUsable ? "" : "not "}usable was answered ${status} ${code}`);
}
