import { isOpen } from "../../lambdas/job/job.ts";
import { signed } from "./fal.ts";
import { BrokenPromise, checkEnd, checkLedger, SWEEP_BOUND_MS } from "./invariants.ts";
import { createWorld, START_MS, type World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ";

/** What one schedule did, so that a run can say that it was not idle. */
export interface Story {
  readonly jobs: number;
  readonly posts: number;
  readonly renders: number;
  readonly steps: number;
  readonly statuses: readonly string[];
}

/**
 * Plays one seed to its end: callers, crashes, faults, sweeps, until every job's deadline and the sweep's bound have passed. Throws
 * BrokenPromise when an invariant does not hold. `trace` gets a line for everything that happens.
 */
export async function playSchedule(seed: number, trace: (line: string) => void = () => undefined): Promise<Story> {
  const world = createWorld(seed, trace);
  const { random, scheduler, profile } = world;
  const accepted = new Set<string>();
  for (let job = 0; job < profile.jobs; job++) {
    scheduler.after(random.between(0, 3 * minuteMs), () => void callTheApi(world, job, accepted));
  }
  const lastDeadline = 3 * minuteMs + MAX_DEADLINE_SECONDS * secondMs * 2;
  const until = START_MS + lastDeadline + SWEEP_BOUND_MS + 10 * minuteMs;
  scheduleSweeps(world, until);
  await runUntilQuiet(world, until);
  const failure = world.broken[0] ?? findBroken(world, accepted, scheduler.now());
  if (failure) throw failure;
  return tell(world);
}

const MAX_DEADLINE_SECONDS = 1200;

/** A caller who submits, repeats itself when it gets no answer, and may cancel, retry and be impersonated. */
async function callTheApi(world: World, number: number, accepted: Set<string>): Promise<void> {
  const { random, profile, scheduler } = world;
  const key = random.chance(0.7) ? `key-${number}` : undefined;
  // Few prompts and one hosted picture: equal inputs of different jobs are normal.
  const input = {
    prompt: random.pick(["waves", "wind"]),
    image_url: random.chance(0.5) ? PNG : "https://example.com/a.jpg",
  };
  const body = { input, deadline_seconds: random.between(60, MAX_DEADLINE_SECONDS) };
  let id: string | undefined;
  for (let tries = 0; id === undefined && tries < (key ? 4 : 1); tries++) {
    const answer = await world.submit(body, key);
    if (answer.status === 202 || answer.status === 200) id = answer.body.id;
    else if (answer.status === 422) return;
  }
  if (id === undefined) return;
  accepted.add(id);
  if (key && random.chance(0.3)) void world.submit(body, key);
  if (random.chance(0.3)) impersonate(world, id);
  const jobId = id;
  if (random.chance(profile.cancelChance)) {
    scheduler.after(random.between(0, 4 * minuteMs), () => void world.cancel(jobId));
  }
  if (random.chance(profile.retryChance)) retryOnceFailed(world, jobId, accepted);
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
    const body = Buffer.from(
      JSON.stringify({
        request_id: "req-evil",
        status: "OK",
        payload: { video: { url: "https://v3.fal.media/evil.mp4" } },
      }),
    );
    const token = Buffer.from(random.bytes(32)).toString("base64url");
    const url = known?.webhookUrl ?? `https://api.example.com/webhooks/fal/${id}/${token}`;
    void world.deliver(url, body, signed(body, "req-evil", scheduler.now())).then(({ status }) => {
      if (status < 300 && before) world.broken.push(new BrokenPromise("a foreign delivery was taken"));
    });
  });
}

/** A sweep a minute; some are late, some come twice. */
function scheduleSweeps(world: World, until: number): void {
  const { scheduler, random } = world;
  for (let at = START_MS; at < until; at += minuteMs) {
    const delayMs = at - START_MS + (random.chance(0.1) ? random.between(0, 50) * secondMs : 0);
    scheduler.after(delayMs, world.sweep);
    if (random.chance(0.1)) scheduler.after(delayMs + random.between(0, 300), world.sweep);
  }
}

async function runUntilQuiet(world: World, until: number): Promise<void> {
  const { scheduler } = world;
  for (let end = START_MS + 5 * minuteMs; end < until + 5 * minuteMs; end += 5 * minuteMs) {
    await scheduler.run(end);
    if (world.broken.length > 0) return;
    world.guard(() => checkLedger(world.table.rows(), world.fal.requests));
  }
}

function findBroken(world: World, accepted: ReadonlySet<string>, now: number): Error | undefined {
  const rows = world.table.rows();
  const requests = [...world.fal.requests.values()];
  for (const id of accepted) {
    if (!rows.has(id)) return new BrokenPromise(`promise 1: the accepted job ${id} is not on record`);
  }
  const { submissionWindowMs } = world.profile.policy;
  const circumstances = { isCalm: world.isCalm, submissionWindowMs };
  for (const job of rows.values()) world.guard(() => checkEnd(job, requests, now, circumstances));
  return world.broken[0];
}

function tell({ table, fal, scheduler }: World): Story {
  return {
    jobs: table.rows().size,
    posts: fal.posts(),
    renders: [...fal.requests.values()].filter((request) => request.rendered).length,
    steps: scheduler.steps(),
    statuses: [...table.rows().values()].map((job) => job.status),
  };
}
