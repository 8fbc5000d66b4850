import { isOpen } from "../../lambdas/job/job.ts";
import { videoBytes } from "./cdn.ts";
import { deleteAtTimes } from "./deletions.ts";
import { BrokenPromise, PUBLIC_URL } from "./demand.ts";
import { signed } from "./fal.ts";
import { UNUSABLE_PROMPT } from "./invariants.ts";
import { drawPicture } from "./pictures.ts";
import type { Answered, World } from "./world.ts";

const minuteMs = 60_000;
export const MAX_DEADLINE_SECONDS = 1200;

/** What one caller asks for; `key` is its Idempotency-Key. */
export interface Order {
  readonly body: object;
  readonly key: string | undefined;
  /** False: its picture cannot be had, so it must be refused. */
  readonly isUsable: boolean;
}

/** A caller who submits, repeats itself when it gets no answer, and may cancel, retry, delete and be impersonated. */
export async function callTheApi(world: World, number: number, accepted: Set<string>): Promise<void> {
  const { random, profile, scheduler } = world;
  const order = draw(world, number);
  const id = await submitUntilAnswered(world, order);
  if (id === undefined) return;
  accepted.add(id);
  if (order.key && random.chance(0.3)) void world.submit(order.body, order.key);
  if (random.chance(0.3)) impersonate(world, id);
  if (random.chance(profile.cancelChance)) {
    scheduler.after(random.between(0, 4 * minuteMs), () => void world.cancel(id));
  }
  if (random.chance(profile.retryChance)) retryOnceFailed(world, id, accepted);
  if (random.chance(profile.deleteChance)) deleteAtTimes(world, id, order);
}

function draw(world: World, number: number): Order {
  const { random } = world;
  const { imageUrl, isUsable } = drawPicture(world);
  const input = {
    // Few prompts: equal inputs of different jobs are normal.
    prompt: isUsable ? random.pick(["waves", "wind"]) : UNUSABLE_PROMPT,
    image_url: imageUrl,
    ...(random.chance(0.25) && { sync_mode: true }),
  };
  const body = { input, deadline_seconds: random.between(60, MAX_DEADLINE_SECONDS) };
  return { body, key: random.chance(0.7) ? `key-${number}` : undefined, isUsable };
}

async function submitUntilAnswered(world: World, order: Order): Promise<string | undefined> {
  for (let tries = 0; tries < (order.key ? 4 : 1); tries++) {
    const answer = await world.submit(order.body, order.key);
    world.guard(() => checkAnswer(answer, order));
    if (answer.status === 202 || answer.status === 200) return answer.body.id;
    if (answer.status === 422) return undefined;
  }
  return undefined;
}

function checkAnswer({ status, body: { code } }: Answered, { isUsable }: Order): void {
  const isRefused = status === 422 && code === "invalid_request";
  if (status < 500 && isUsable === isRefused)
    throw new BrokenPromise(`P25: a picture that is ${isUsable ? "" : "not "}usable was answered ${status} ${code}`);
}

/** Two clicks on retry are one retry (rule P16). */
function retryOnceFailed(world: World, id: string, accepted: Set<string>): void {
  world.scheduler.after(2 * minuteMs, () => {
    const job = world.table.rows().get(id);
    if (!job || job.status === "succeeded") return;
    if (isOpen(job)) {
      retryOnceFailed(world, id, accepted);
      return;
    }
    void Promise.all([world.retry(id), world.retry(id)]).then((answers) => {
      const ids = new Set(answers.flatMap(({ status, body }) => (status <= 202 && body.id ? [body.id] : [])));
      if (ids.size > 1) world.broken.push(new BrokenPromise("P16: a double click made two retries"));
      for (const retried of ids) accepted.add(retried);
    });
  });
}

/**
 * Validly signed by fal's global keys, but for another account's request: it must change nothing. Sometimes it even knows the
 * job's token; then the request id, once it is on record, still tells it.
 */
function impersonate(world: World, id: string): void {
  const { random, scheduler, table, fal } = world;
  scheduler.after(random.between(0, 2 * minuteMs), () => {
    const before = table.rows().get(id);
    const known = random.chance(0.5) ? [...fal.requests.values()].find((request) => request.jobId === id) : undefined;
    if (known && (before?.request_id === undefined || before.adopted)) return;
    const url = random.chance(0.5)
      ? "https://v3.fal.media/evil.mp4"
      : `data:video/mp4;base64,${videoBytes("req-evil").toString("base64")}`;
    const body = Buffer.from(JSON.stringify({ request_id: "req-evil", status: "OK", payload: { video: { url } } }));
    const token = Buffer.from(random.bytes(32)).toString("base64url");
    const webhookUrl = known?.webhookUrl ?? `${PUBLIC_URL}/webhooks/fal/${id}/${token}`;
    void world.deliver(webhookUrl, body, signed(body, "req-evil", scheduler.now())).then(({ status }) => {
      if (status < 300 && before) world.broken.push(new BrokenPromise("a foreign delivery was taken"));
    });
  });
}
