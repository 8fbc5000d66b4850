import { isOpen } from "../../lambdas/job/job.ts";
import { submitBatch } from "./batches.ts";
import { videoBytes } from "./cdn.ts";
import { deleteAtTimes } from "./deletions.ts";
import { BrokenPromise, PUBLIC_URL } from "./demand.ts";
import { signed } from "./fal.ts";
import { followAsFal, submitAsFal } from "./fal-callers.ts";
import { checkAnswer, drawOrder, type Placed } from "./orders.ts";
import { redeliverAtTimes } from "./redeliveries.ts";
import type { World } from "./world.ts";

const minuteMs = 60_000;

/**
 * A caller who submits one or several jobs, repeats requests that got no answer, and may cancel, retry, delete and be
 * impersonated.
 */
export async function callTheApi(world: World, number: number, accepted: Set<string>): Promise<void> {
  const { random, profile } = world;
  const isBatch = random.chance(profile.batchChance);
  const submit = isBatch ? submitBatch : random.chance(profile.proxyChance) ? submitAsFal : submitOne;
  const placed = await submit(world, number);
  for (const job of placed) {
    accepted.add(job.id);
    world.uploads.set(job.id, job.uploads);
    lookAfter(world, job, accepted);
  }
}

function lookAfter(world: World, job: Placed, accepted: Set<string>): void {
  const { random, profile, scheduler } = world;
  const { id } = job;
  if (job.repeat && random.chance(0.3)) void job.repeat();
  if (random.chance(0.3)) impersonate(world, id);
  if (random.chance(profile.cancelChance)) {
    scheduler.after(random.between(0, 4 * minuteMs), () => void world.cancel(id));
  }
  if (random.chance(profile.retryChance)) retryOnceFailed(world, id, accepted);
  if (random.chance(profile.proxyChance)) followAsFal(world, id);
  if (random.chance(profile.redeliverChance)) redeliverAtTimes(world, id);
  if (random.chance(profile.deleteChance)) deleteAtTimes(world, job);
}

async function submitOne(world: World, number: number): Promise<Placed[]> {
  const order = drawOrder(world);
  const key = world.random.chance(0.7) ? `key-${number}` : undefined;
  const repeat = key === undefined ? undefined : () => world.submit(order.body, key);
  for (let tries = 0; tries < (key === undefined ? 1 : 4); tries++) {
    const { status, body } = await world.submit(order.body, key);
    world.guard(() => checkAnswer(status, body.code, order));
    if ((status === 202 || status === 200) && body.id !== undefined)
      return [{ id: body.id, uploads: order.uploads, repeat }];
    if (status === 422) return [];
  }
  return [];
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
 * Validly signed with fal's global keys, but for another account's request: it must change nothing. Sometimes it even
 * contains the job's token; then the recorded request id still gives it away.
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
      if (status < 300 && before) world.broken.push(new BrokenPromise("another account's webhook was accepted"));
    });
  });
}
