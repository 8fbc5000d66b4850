import { ARCHIVE_BACKOFF_MAX_MS } from "../../lambdas/job/limits.ts";
import { callTheApi, MAX_DEADLINE_SECONDS } from "./callers.ts";
import { BrokenPromise } from "./demand.ts";
import { checkEnd, checkLedger, SWEEP_BOUND_MS } from "./invariants.ts";
import { cameInline } from "./media-invariants.ts";
import { createWorld, START_MS, type World } from "./world.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
/** So many failed copies, and one that works, must occur in a run. */
const MANY_COPIES = 10;

/** What one schedule did, so that a run can say that it was not idle. */
export interface Story {
  readonly jobs: number;
  readonly posts: number;
  readonly renders: number;
  readonly steps: number;
  /** What became of its jobs: each status, and what else is worth having occurred. */
  readonly endings: readonly string[];
}

/**
 * Plays one seed to its end: callers, crashes, faults, sweeps, until every job's deadline and the sweep's bound have passed, and each video had its time to be
 * copied. Throws BrokenPromise when an invariant does not hold. `trace` gets a line for everything that happens.
 */
export async function playSchedule(seed: number, trace?: (line: string) => void): Promise<Story> {
  const world = createWorld(seed, trace);
  const { random, scheduler, profile } = world;
  const accepted = new Set<string>();
  for (let job = 0; job < profile.jobs; job++) {
    scheduler.after(random.between(0, 3 * minuteMs), () => void callTheApi(world, job, accepted));
  }
  const settledBy = 3 * minuteMs + MAX_DEADLINE_SECONDS * secondMs * 2 + SWEEP_BOUND_MS;
  const until = START_MS + Math.max(settledBy, copiesWellAfterMs(world)) + 10 * minuteMs;
  scheduleSweeps(world, until);
  feedTheArchive(world);
  await runUntilQuiet(world, until);
  const failure = world.broken[0] ?? findBroken(world, accepted, scheduler.now());
  if (failure) throw failure;
  return tell(world);
}

/** A copy that failed last when the CDN got well is tried again within the longest back-off. */
function copiesWellAfterMs({ profile: { cdn, policy } }: World): number {
  return policy.archivesVideos && cdn.fails > 0 ? cdn.wellAfterMs + ARCHIVE_BACKOFF_MAX_MS : 0;
}

/** The table's stream: a video that is due to be copied starts the archive function, unless the record is lost; at times it comes twice. */
function feedTheArchive(world: World): void {
  const { scheduler, random, profile } = world;
  const bring = async (id: string, isRepeat: boolean) => {
    if (!(await world.archive(id)) && !isRepeat) scheduler.after(secondMs, () => void bring(id, true));
  };
  world.onWrite((before, after) => {
    const isNews = "archive_due" in after && !(before && "archive_due" in before);
    if (!isNews || random.chance(profile.stream.lost)) return;
    const copies = random.chance(profile.stream.doubled) ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      scheduler.after(random.between(100, 5 * secondMs), () => void bring(after.id, false));
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
    world.guard(() => checkLedger(world.state));
  }
}

function findBroken(world: World, accepted: ReadonlySet<string>, now: number): Error | undefined {
  const { rows, tombstones } = world.state;
  for (const id of accepted) {
    if (!rows.has(id) && !tombstones.has(id))
      return new BrokenPromise(`promise 1: the accepted job ${id} is not on record`);
  }
  const { submissionWindowMs, archivesVideos } = world.profile.policy;
  const copiesWellFrom = START_MS + copiesWellAfterMs(world);
  const circumstances = { isCalm: world.isCalm, submissionWindowMs, archivesVideos, copiesWellFrom };
  world.guard(() => checkEnd(world.state, now, circumstances));
  return world.broken[0];
}

function tell({ state, fal, scheduler }: World): Story {
  const jobs = [...state.rows.values()];
  const kept = jobs.filter(({ video_key }) => video_key !== undefined);
  const archived = kept.filter((job) => !cameInline(job));
  return {
    jobs: jobs.length,
    posts: fal.posts(),
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
    ],
  };
}
