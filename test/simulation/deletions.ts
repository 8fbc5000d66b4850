import { isOpen, type Job } from "../../lambdas/job/job.ts";
import type { Answered } from "./answered.ts";
import { BrokenPromise } from "./demand.ts";
import type { Placed } from "./orders.ts";
import { isTombstone } from "./table.ts";
import type { World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** Deletes a job at some time, open or not, once or twice, or while its video is being copied. */
export function deleteAtTimes(world: World, job: Placed): void {
  const { random, scheduler } = world;
  const { id } = job;
  if (random.chance(0.5)) {
    scheduler.after(random.between(0, 8 * minuteMs), () => void deleteUntilGone(world, job));
    return;
  }
  let copies = 0;
  world.onWrite((_before, after) => {
    if (after.id !== id || isTombstone(after) || (after.archive_attempts ?? 0) === copies) return;
    copies = after.archive_attempts ?? 0;
    scheduler.after(random.between(0, 12 * secondMs), () => void deleteUntilGone(world, job));
  });
}

async function deleteUntilGone(world: World, job: Placed): Promise<void> {
  const { id } = job;
  const { random, scheduler, table } = world;
  const before = table.rows().get(id);
  const clicks = random.chance(0.3) ? [world.delete(id), world.delete(id)] : [world.delete(id)];
  for (const answer of await Promise.all(clicks)) world.guard(() => checkAnswer(world, id, before, answer));
  if (table.tombstones().has(id)) comeLate(world, job);
  else scheduler.after(random.between(30 * secondMs, 5 * minuteMs), () => void deleteUntilGone(world, job));
}

function checkAnswer(world: World, id: string, before: Job | undefined, { status }: Answered): void {
  const isBuried = world.table.tombstones().has(id);
  const isTrue =
    status === 204 || status === 404 ? isBuried : status === 409 ? before === undefined || isOpen(before) : true;
  if (!isTrue) throw new BrokenPromise(`P16: a deletion was answered ${status}: ${id}`);
  if (world.isCalm && status >= 500) throw new BrokenPromise(`a deletion failed for no reason: ${id}`);
}

/** A late repeat of the request renders nothing, and a late webhook finds no job (rule P16). */
function comeLate(world: World, { id, repeat }: Placed): void {
  const { random, scheduler, fal } = world;
  const refuse = (what: string) => (answered: number) => {
    if (answered < 400) world.broken.push(new BrokenPromise(`P16: ${what} of a deleted job was answered ${answered}`));
  };
  const late = (run: () => void) => scheduler.after(random.between(0, 5 * minuteMs), run);
  if (repeat)
    late(
      () =>
        void repeat().then(({ status }) => {
          refuse("a repeat")(status);
          if (world.isCalm && status !== 409)
            world.broken.push(new BrokenPromise(`P16: a late repeat was answered ${status}`));
        }),
    );
  for (const request of fal.requests.values()) {
    if (request.jobId === id && request.state === "done")
      late(() => void fal.deliverAgain(request).then(refuse("a delivery")));
  }
}
