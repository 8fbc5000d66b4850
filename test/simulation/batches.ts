import type { Answered, BatchResult } from "./answered.ts";
import { BrokenPromise } from "./demand.ts";
import { checkAnswer, drawOrder, type Order, type Placed } from "./orders.ts";
import type { World } from "./world.ts";

const TRIES = 4;

/**
 * A caller who submits several jobs at once, and repeats the whole batch while an entry has no answer. Returns the
 * accepted jobs.
 */
export async function submitBatch(world: World, number: number): Promise<Placed[]> {
  const { random } = world;
  const key = random.chance(0.7) ? `batch-${number}` : undefined;
  const orders = Array.from({ length: random.between(1, 3) }, () => drawOrder(world));
  const ids = new Map<number, string>();
  for (let tries = 0; tries < (key === undefined ? 1 : TRIES); tries++) {
    const { status, body } = await world.batch(bodiesOf(orders), key);
    const results = status === 200 ? (body.results ?? []) : [];
    world.guard(() => checkResults(results, orders, ids));
    if (results.length > 0 && results.every((result) => result.status < 500)) break;
  }
  return [...ids].map(([place, id]) => ({
    id,
    uploads: orders[place]?.uploads ?? [],
    repeat: key === undefined ? undefined : () => repeatEntry(world, orders, place, key),
  }));
}

/** Each entry has its own outcome, and a repeated batch finds each entry's own job (rule P16). */
function checkResults(results: readonly BatchResult[], orders: readonly Order[], ids: Map<number, string>): void {
  if (results.length > 0 && results.length !== orders.length)
    throw new BrokenPromise(`A20: a batch of ${orders.length} was answered with ${results.length} results`);
  for (const [place, { status, job, problem }] of results.entries()) {
    const order = orders[place];
    if (order) checkAnswer(status, problem?.code, order);
    const before = ids.get(place);
    if (job === undefined) continue;
    if (before !== undefined && before !== job.id)
      throw new BrokenPromise(`P16: the repeat of a batch made entry ${place} another job: ${before} and ${job.id}`);
    if (before === undefined && [...ids.values()].includes(job.id))
      throw new BrokenPromise(`P16: two entries of a batch are one job: ${job.id}`);
    ids.set(place, job.id);
  }
}

/** The batch again, with only one entry: it must find its job whether or not the others were accepted. */
async function repeatEntry(world: World, orders: readonly Order[], place: number, key: string): Promise<Answered> {
  const bodies = bodiesOf(orders).map((body, other) => (other === place ? body : {}));
  const { status, body } = await world.batch(bodies, key);
  const result = body.results?.[place];
  return result === undefined ? { status, body } : { status: result.status, body: result.job ?? result.problem ?? {} };
}

function bodiesOf(orders: readonly Order[]): object[] {
  return orders.map(({ body }) => body);
}
