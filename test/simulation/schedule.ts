import {
  ARCHIVE_BACKOFF_MAX_MS,
  CALLBACK_DELAYS_MS,
  CALLBACK_JITTER,
  DEADLINE_DEFAULT_SECONDS,
} from "../../lambdas/limits.ts";
import { callTheApi } from "./callers.ts";
import { BrokenPromise } from "./demand.ts";
import { checkEnd, checkLedger, SWEEP_BOUND_MS } from "./invariants.ts";
import { cameInline } from "./media-invariants.ts";
import { MAX_DEADLINE_SECONDS } from "./orders.ts";
import type { StreamFaults } from "./profile.ts";
import { isTombstone, type Row } from "./table.ts";
import { toldEndings } from "./told-invariants.ts";
import { createWorld, START_MS, type World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** A run must include this many failed copies before one that works. */
const MANY_COPIES = 10;
/** The longest time a receiver may be down and still get its callback. */
const CALLBACKS_MS = CALLBACK_DELAYS_MS.reduce((sum, delayMs) => sum + delayMs * (1 + CALLBACK_JITTER), 0);

/** What one schedule did, to show that a run was not idle. */
export interface Story {
  readonly jobs: number;
  readonly posts: number;
  readonly renders: number;
  readonly steps: number;
  /** The outcomes of its jobs: each status, and other events that must occur. */
  readonly endings: readonly string[];
}

/**
 * Plays one seed to its end: callers, crashes, faults, sweeps, until every job's deadline and the sweep's bound have
 * passed, and each video had time to be copied. Throws BrokenPromise when an invariant is violated. `trace` gets a line
 * for every event.
 */
export async function playSchedule(seed: number, trace?: (line: string) => void): Promise<Story> {
  const world = createWorld(seed, trace);
  const { random, scheduler, profile } = world;
  const accepted = new Set<string>();
  for (let job = 0; job < profile.jobs; job++) {
    scheduler.after(random.between(0, 3 * minuteMs), () => void callTheApi(world, job, accepted));
  }
  // fal's client sets no deadline.
  const deadlineSeconds = profile.proxyChance > 0 ? DEADLINE_DEFAULT_SECONDS : MAX_DEADLINE_SECONDS;
  const settledBy = 3 * minuteMs + deadlineSeconds * secondMs * 2 + SWEEP_BOUND_MS;
  const toldAfterMs = profile.isLong ? settledBy + CALLBACKS_MS : 0;
  const until = START_MS + Math.max(settledBy, copiesWellAfterMs(world), toldAfterMs) + 10 * minuteMs;
  scheduleSweeps(world, until);
  feed(world, profile.archiveStream, isToBeCopied, world.archive);
  feed(world, profile.deliverStream, isToBeTold, world.tell);
  await runUntilQuiet(world, until);
  const failure = world.broken[0] ?? findBroken(world, accepted, scheduler.now());
  if (failure) throw failure;
  return tell(world);
}

/** If the last copy failed while the CDN was down, it is retried within the longest back-off. */
function copiesWellAfterMs({ profile: { cdn, policy } }: World): number {
  return policy.archivesVideos && cdn.fails + cdn.spoils > 0 ? cdn.wellAfterMs + ARCHIVE_BACKOFF_MAX_MS : 0;
}

/**
 * A reader of the table's stream: each write that its filter matches starts its function, unless the record is lost;
 * sometimes it is delivered twice. A record that the function could not process is delivered once more.
 */
function feed(
  { scheduler, random, onWrite }: World,
  { lost, doubled }: StreamFaults,
  concerns: (after: Row, before: Row | undefined) => boolean,
  run: (id: string) => Promise<boolean>,
): void {
  const bring = async (id: string, isRepeat: boolean) => {
    if (!(await run(id)) && !isRepeat) scheduler.after(secondMs, () => void bring(id, true));
  };
  onWrite((before, after) => {
    if (!concerns(after, before) || random.chance(lost)) return;
    const copies = random.chance(doubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      scheduler.after(random.between(100, 5 * secondMs), () => void bring(after.id, false));
  });
}

function isToBeCopied(after: Row, before: Row | undefined): boolean {
  return "archive_due" in after && !(before && "archive_due" in before);
}

/** Not yet started, and not waiting for the video to be copied; or requested again. */
function isToBeTold(after: Row): boolean {
  if (isTombstone(after) || after.deliver_due === undefined) return false;
  const isFirst = after.archive_due === undefined && (after.delivery?.attempts ?? 0) === 0;
  const isEarly = after.callback_when === "settled" && after.delivery === undefined;
  return isFirst || isEarly || after.delivery?.is_requested === true;
}

/** A sweep each minute; some are late, some run twice. */
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
    world.guard(() => checkLedger(world.state));
  }
}

function findBroken(world: World, accepted: ReadonlySet<string>, now: number): Error | undefined {
  const { rows, tombstones } = world.state;
  for (const id of accepted) {
    if (!rows.has(id) && !tombstones.has(id))
      return new BrokenPromise(`promise 1: the accepted job ${id} is not recorded`);
  }
  const { policy, receivers, bus } = world.profile;
  const { submissionWindowMs, archivesVideos } = policy;
  const copiesWellFrom = START_MS + copiesWellAfterMs(world);
  const policies = { submissionWindowMs, archivesVideos, copiesWellFrom };
  const circumstances = { isCalm: world.isCalm, ...policies, receivers, busFails: bus.fails };
  world.guard(() => checkEnd(world.state, now, circumstances));
  return world.broken[0];
}

function tell({ state, fal, scheduler, broughtForward }: World): Story {
  const jobs = [...state.rows.values()];
  const kept = jobs.filter(({ video_key }) => video_key !== undefined);
  const archived = kept.filter((job) => !cameInline(job));
  return {
    jobs: jobs.length,
    posts: [...fal.posts.values()].reduce((sum, count) => sum + count, 0),
    renders: [...fal.requests.values()].filter((request) => request.rendered).length,
    steps: scheduler.steps(),
    endings: [
      ...jobs.map(({ status }) => status),
      ...archived.map(() => "archived"),
      ...archived
        .filter(({ archive_attempts = 0 }) => archive_attempts > MANY_COPIES)
        .map(() => "archived after ten failed copies"),
      ...kept.filter(cameInline).map(() => "kept, came inline"),
      ...[...state.tombstones].map(() => "deleted"),
      ...[...broughtForward].map(() => "looked at sooner"),
      ...jobs.filter(({ error }) => error?.code === "start_timeout").map(() => "never started in time"),
      ...jobs.flatMap((job) => toldEndings(job, state)),
    ],
  };
}
