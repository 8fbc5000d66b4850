import { isOpen } from "../../lambdas/job/job.ts";
import { BrokenPromise } from "./demand.ts";
import { isTombstone } from "./table.ts";
import type { World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Requests a redelivery: at some time, or while a callback is in flight. */
export function redeliverAtTimes(world: World, id: string): void {
  const { random, scheduler } = world;
  if (random.chance(0.7)) {
    for (let times = random.between(1, 2); times > 0; times--)
      scheduler.after(random.between(0, 40 * minuteMs), () => void redeliver(world, id));
    return;
  }
  let attempts = 0;
  world.onWrite((_before, after) => {
    if (after.id !== id || isTombstone(after) || (after.delivery?.attempts ?? 0) <= attempts) return;
    attempts = after.delivery?.attempts ?? 0;
    scheduler.after(random.between(0, 20 * secondMs), () => void redeliver(world, id));
  });
}

async function redeliver(world: World, id: string): Promise<void> {
  const { scheduler, table, state } = world;
  const redelivery = { jobId: id, askedAt: scheduler.now(), isPromised: false };
  state.redeliveries.push(redelivery);
  const before = table.rows().get(id);
  const { status, body } = await world.redeliver(id);
  redelivery.isPromised = status === 202;
  const isTrue =
    status === 202
      ? before?.callback_url !== undefined && !isOpen(table.rows().get(id) ?? before)
      : status === 404
        ? table.tombstones().has(id)
        : status !== 409 || (body.code === "job_open" ? before && isOpen(before) : before?.callback_url === undefined);
  if (!isTrue) world.broken.push(new BrokenPromise(`a redelivery was answered ${status} ${body.code}: ${id}`));
}
