import { requestUrls } from "../../lambdas/proxy/answer.ts";
import type { Answered } from "./answered.ts";
import { BrokenPromise } from "./demand.ts";
import { drawInput, type Placed } from "./orders.ts";
import {
  checkCancellation,
  checkResult,
  checkStatus,
  checkSubmission,
  type FalOrder,
  isRepeatedByItself,
} from "./proxy-invariants.ts";
import { receiverUrl } from "./receivers.ts";
import type { World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** How often fal's client automatically sends a submission again (docs/internals/fal-protocol.md#4-repeated-posts). */
const REPEATS = 3;
const ANSWER_LOST = 0.2;
const STRANGER = "key-id-2";

/**
 * A caller that uses fal's client with us as its proxy. It retries on certain statuses and, if it has an
 * Idempotency-Key of ours, also when it gets no answer.
 */
export async function submitAsFal(world: World, number: number): Promise<Placed[]> {
  const { random, scheduler } = world;
  const order = drawFalOrder(world, number);
  const send = () => world.proxy(order.request);
  for (let repeats = 0; repeats <= REPEATS; repeats++) {
    if (repeats > 0) await new Promise<void>((resolve) => scheduler.after(secondMs * 2 ** (repeats - 1), resolve));
    const answered = await send();
    world.guard(() => checkSubmission(world, order, answered));
    const isLost = order.isKeyed && random.chance(ANSWER_LOST);
    if (isLost || isRepeatedByItself(answered.status)) continue;
    const { requestId: id } = answered;
    return id === undefined ? [] : [{ id, uploads: order.uploads, repeat: order.isKeyed ? send : undefined }];
  }
  return [];
}

/**
 * The runner hint marks a submission: it goes to fal and is stored in the row, because equal inputs do not identify a
 * job.
 */
function drawFalOrder(world: World, number: number): FalOrder {
  const { random, profile } = world;
  const { endpoint, input, ...rest } = drawInput(world);
  const mark = `caller-${number}`;
  const isKeyed = random.chance(0.4);
  const receiver = receiverUrl(random.between(0, profile.receivers.length - 1));
  const webhook = random.chance(profile.callbackChance) ? `?fal_webhook=${encodeURIComponent(receiver)}` : "";
  const headers = {
    "x-fal-queue-priority": random.pick(["normal", "low"]),
    "x-fal-runner-hint": mark,
    ...(random.chance(0.5) && { "x-fal-request-timeout": String(random.pick([2, 10, 30, 90, 600])) }),
    ...(isKeyed && { "idempotency-key": mark }),
  };
  const request = { method: "POST", target: `https://queue.fal.run/${endpoint}${webhook}`, headers, input } as const;
  return { ...rest, mark, isKeyed, request };
}

/**
 * Polls a job's status now and then, as fal's client does, and may cancel it; other callers poll it without success.
 */
export function followAsFal(world: World, id: string): void {
  const { random, scheduler, profile } = world;
  const within = (ms: number, run: () => Promise<void>) => scheduler.after(random.between(0, ms), () => void run());
  for (let polls = random.between(1, 4); polls > 0; polls--) within(15 * minuteMs, () => askStatus(world, id));
  // A caller that polls twice a second is among the first to notice a change.
  world.onFinish(id, () => within(5 * secondMs, () => askStatus(world, id)));
  askWhileSwept(world, id);
  if (random.chance(profile.cancelChance)) within(15 * minuteMs, () => cancel(world, id));
  if (random.chance(0.3)) within(15 * minuteMs, () => intrude(world, id));
}

/** Sweeps start on the minute. */
function askWhileSwept(world: World, id: string): void {
  const { random, scheduler } = world;
  const nextMinute = minuteMs - (scheduler.now() % minuteMs);
  const minutes = random.between(0, 12);
  scheduler.after(nextMinute + minutes * minuteMs - random.between(0, secondMs), () => void askStatus(world, id));
}

async function askStatus(world: World, id: string): Promise<void> {
  const before = rowOf(world, id);
  const answered = await world.proxy({ method: "GET", target: urlsOf(world, id).status_url });
  world.guard(() => checkStatus(world, id, before, answered));
  // An inline video is read from the bucket over HTTP, which does not exist here.
  if (answered.body.status === "COMPLETED" && rowOf(world, id)?.input.sync_mode !== true) await askResult(world, id);
}

async function askResult(world: World, id: string): Promise<void> {
  const before = rowOf(world, id);
  const answered = await world.proxy({ method: "GET", target: urlsOf(world, id).response_url });
  world.guard(() => checkResult(world, id, before, answered));
}

async function cancel(world: World, id: string): Promise<void> {
  const answered = await world.proxy({ method: "PUT", target: urlsOf(world, id).cancel_url });
  world.guard(() => checkCancellation(world, id, answered));
}

/** Another caller with the job's id, or its own caller with the wrong model. */
async function intrude(world: World, id: string): Promise<void> {
  const { response_url, status_url, cancel_url } = urlsOf(world, id);
  const elsewhere = requestUrls({ id, endpoint: "acme/other" });
  const tries: readonly (() => Promise<Answered>)[] = [
    () => world.proxy({ method: "GET", target: status_url, apiKeyId: STRANGER }),
    () => world.proxy({ method: "GET", target: response_url, apiKeyId: STRANGER }),
    () => world.proxy({ method: "PUT", target: cancel_url, apiKeyId: STRANGER }),
    () => world.proxy({ method: "GET", target: elsewhere.status_url }),
    () => world.proxy({ method: "PUT", target: elsewhere.cancel_url }),
  ];
  const { status } = await world.random.pick(tries)();
  if (status !== 404 && status < 500)
    world.broken.push(new BrokenPromise(`another caller was answered ${status}: ${id}`));
}

function urlsOf(world: World, id: string) {
  return requestUrls({ id, endpoint: rowOf(world, id)?.endpoint ?? world.endpoints[0] });
}

function rowOf({ table }: World, id: string) {
  return table.rows().get(id);
}
