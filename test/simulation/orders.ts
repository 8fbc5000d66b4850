import { modelOf } from "../../lambdas/contract/models/models.ts";
import type { Answered } from "./answered.ts";
import { BrokenPromise } from "./demand.ts";
import { UNUSABLE_PROMPT } from "./invariants.ts";
import { drawPicture } from "./pictures.ts";
import { receiverUrl } from "./receivers.ts";
import type { World } from "./world.ts";

export const MAX_DEADLINE_SECONDS = 1200;

/** What one caller requests. */
export interface Order {
  readonly body: object;
  /** False: its image is unavailable, so it must be rejected. */
  readonly isUsable: boolean;
  readonly uploads: readonly string[];
}

/** A request that was accepted as a job. */
export interface Placed {
  readonly id: string;
  /** Keys of the caller's uploads for it. */
  readonly uploads: readonly string[];
  /** Sends it again; undefined if it had no Idempotency-Key. */
  readonly repeat: (() => Promise<Answered>) | undefined;
}

/** A request to a model. */
export interface Asked {
  readonly endpoint: string;
  readonly input: object;
  readonly isUsable: boolean;
  readonly uploads: readonly string[];
}

/** Mostly for the default model; few prompts and few images, because equal inputs of different jobs are normal. */
export function drawInput(world: World): Asked {
  const { random } = world;
  const [lucy, ...others] = world.endpoints;
  const endpoint = random.chance(0.5) ? lucy : random.pick(others);
  const isAnyFile = modelOf(endpoint).pictureFields === undefined;
  const picture = drawPicture(world, isAnyFile);
  // A pass-through model may accept several files, anywhere in the input.
  const last = isAnyFile && random.chance(0.5) ? drawPicture(world, isAnyFile) : undefined;
  const isUsable = picture.isUsable && (last?.isUsable ?? true);
  const input = {
    prompt: isUsable ? random.pick(["waves", "wind"]) : UNUSABLE_PROMPT,
    image_url: picture.imageUrl,
    ...(last && { frames: [{ image_url: last.imageUrl }] }),
    ...(random.chance(0.25) && { sync_mode: true }),
  };
  return { endpoint, input, isUsable, uploads: [picture, ...(last ? [last] : [])].flatMap(({ uploads }) => uploads) };
}

/** The body for `POST /jobs`; the first endpoint is the default and may be omitted. */
export function drawOrder(world: World): Order {
  const { random, profile } = world;
  const { endpoint, input, isUsable, uploads } = drawInput(world);
  const receiver = random.between(0, profile.receivers.length - 1);
  const isNamed = endpoint !== world.endpoints[0] || random.chance(0.5);
  const deadline_seconds = random.between(60, MAX_DEADLINE_SECONDS);
  const hasCallback = random.chance(profile.callbackChance);
  const body = {
    ...(isNamed && { endpoint }),
    input,
    deadline_seconds,
    ...(hasCallback && { callback_url: receiverUrl(receiver) }),
    // Not drawn, so that each seed still plays the schedule that it always played.
    ...(deadline_seconds % 4 === 0 && { callback_when: "settled" }),
  };
  return { body, isUsable, uploads };
}

/** Throws when an answer does not match the order. */
export function checkAnswer(status: number, code: string | undefined, { isUsable }: Order): void {
  const isRefused = status === 422 && code === "invalid_request";
  if (status < 500 && isUsable === isRefused)
    throw new BrokenPromise(`P25: an image that is ${isUsable ? "" : "not "}usable was answered ${status} ${code}`);
}
