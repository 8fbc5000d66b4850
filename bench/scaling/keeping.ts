import { arrive } from "./arrivals.ts";
import { openQueue, type Queue } from "./queue.ts";
import { openRandom, type Random } from "./random.ts";
import { openSample, type Sample } from "./sample.ts";
import { service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";
import { openSimulator, type Simulator } from "./simulator.ts";
import { openStation } from "./station.ts";

/** Settled jobs whose videos the table's stream hands over to be copied. */
export interface Keeping {
  readonly seed: number;
  readonly jobsPerMinute: number;
  readonly owners: number;
  /** The setting `workersPerOwner`. */
  readonly workersPerOwner: number;
  /** Shards of the stream: as many as the table has partitions. */
  readonly streamShards: number;
  readonly minutes: number;
}

/** What was seen. Times are in milliseconds. */
export interface KeepingSeen {
  /** From a job's end to its kept video. */
  readonly delays: Sample;
  /** Executions that copy, at 10 moments a second. */
  readonly executions: Sample;
  /** Videos that were not kept at the end, of jobs that had settled more than two minutes before. */
  readonly late: number;
}

interface Video {
  readonly owner: number;
  readonly settledAt: number;
  isKept: boolean;
  /** Whether it waits for a place, or is being copied. */
  isTaken: boolean;
}

interface Owner {
  places: number;
  readonly waiting: Queue<Video>;
}

interface Scene {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly owners: readonly Owner[];
  readonly delays: Sample;
  /** Kept or not, in the order in which the jobs settled. */
  readonly settled: Queue<Video>;
  executions: number;
}

/** Simulates the stream, the places of each owner, what waits for a place, and the sweep that hands the rest over. */
export function simulateKeeping(keeping: Keeping): KeepingSeen {
  const { seed, jobsPerMinute, workersPerOwner, streamShards, minutes } = keeping;
  const simulator = openSimulator();
  const scene: Scene = {
    simulator,
    random: openRandom(seed),
    owners: Array.from({ length: keeping.owners }, () => ({ places: workersPerOwner, waiting: openQueue<Video>() })),
    delays: openSample(),
    settled: openQueue<Video>(),
    executions: 0,
  };
  const untilMs = minutes * 60_000;
  const shards = Array.from({ length: streamShards }, () => openStreamShard(scene));
  arrive(simulator, scene.random, { perMinute: jobsPerMinute, untilMs }, () => {
    const owner = scene.random.below(scene.owners.length);
    const video: Video = { owner, settledAt: simulator.now(), isKept: false, isTaken: false };
    scene.settled.add(video);
    shards[scene.random.below(streamShards)]?.(video);
  });
  const sweep = () => {
    sweepVideos(scene, workersPerOwner);
    simulator.after(service.sweep.everyMs, sweep);
  };
  simulator.after(service.sweep.everyMs, sweep);
  const executions = openSample();
  const look = () => {
    executions.add(scene.executions);
    simulator.after(100, look);
  };
  look();
  simulator.run(untilMs);
  const late = unkept(scene).filter(({ settledAt }) => settledAt < untilMs - 120_000).length;
  return { delays: scene.delays, executions, late };
}

/** A shard of the stream: Lambda reads it four times a second, and hands each batch's jobs over by owner. */
function openStreamShard(scene: Scene): (video: Video) => void {
  const { simulator } = scene;
  const { batchSize, parallelizationFactor } = service.stream;
  const records = openQueue<Video>();
  const batches = openStation(simulator, parallelizationFactor);
  let isPolling = false;
  const poll = () => {
    isPolling = false;
    while (records.size() > 0) {
      const batch: Video[] = [];
      while (batch.length < batchSize && records.size() > 0) batch.push(...takeOne(records));
      batches.serve(serviceTimes.startCallMs, () => startForOwners(scene, batch));
    }
  };
  return (video) => {
    records.add(video);
    if (isPolling) return;
    isPolling = true;
    simulator.after(scene.random.next() * serviceTimes.streamPollMs, poll);
  };
}

function startForOwners(scene: Scene, videos: readonly Video[]): void {
  const byOwner = new Map<number, Video[]>();
  for (const video of videos) byOwner.set(video.owner, [...(byOwner.get(video.owner) ?? []), video]);
  for (const [owner, own] of byOwner) scene.simulator.after(serviceTimes.startMs, () => startWorker(scene, owner, own));
}

/** An invocation with some jobs of an owner. Without a free place they wait, or are left to the sweep. */
function startWorker(scene: Scene, ownerNumber: number, videos: readonly Video[]): void {
  const owner = scene.owners[ownerNumber];
  if (owner === undefined) return;
  const fresh = videos.filter(({ isTaken }) => !isTaken);
  if (owner.places === 0) {
    if (owner.waiting.size() >= service.handedOver.waitingMax) return;
    for (const video of fresh) {
      video.isTaken = true;
      owner.waiting.add(video);
    }
    return;
  }
  owner.places--;
  scene.executions++;
  const claimUntil = scene.simulator.now() + service.handedOver.claimMs;
  const goOn = () => {
    const more = scene.simulator.now() < claimUntil ? takeSome(owner.waiting, service.handedOver.jobsMax) : [];
    if (more.length > 0)
      return scene.simulator.after(2 * serviceTimes.tableMs, () => copyAll(scene, more, claimUntil, goOn));
    owner.places++;
    scene.executions--;
  };
  // The place is taken with a read and a write.
  scene.simulator.after(2 * serviceTimes.tableMs, () => copyAll(scene, fresh, claimUntil, goOn));
}

/** Copies videos, a few at the same time. Those that cannot begin in time are left to the sweep. */
function copyAll(scene: Scene, videos: readonly Video[], claimUntil: number, done: () => void): void {
  const queue = openQueue<Video>();
  for (const video of videos) {
    video.isTaken = true;
    queue.add(video);
  }
  let busy = 0;
  const next = () => {
    const video = queue.take();
    if (video === undefined) {
      if (busy === 0) done();
      return;
    }
    if (scene.simulator.now() >= claimUntil) {
      video.isTaken = false;
      return next();
    }
    busy++;
    // A read, a claim, the copy, and the write of its facts.
    const copyMs = scene.random.around(serviceTimes.copyMs, serviceTimes.copySpread);
    scene.simulator.after(3 * serviceTimes.tableMs + copyMs, () => {
      busy--;
      video.isKept = true;
      scene.delays.add(scene.simulator.now() - video.settledAt);
      next();
    });
  };
  const first = Math.max(1, Math.min(service.handedOver.copiesAtOnce, videos.length));
  for (let worker = 0; worker < first; worker++) if (worker === 0 || queue.size() > 0) next();
}

/** Hands over what is due and not taken: for each owner as many invocations as it has places, the oldest first. */
function sweepVideos(scene: Scene, workersPerOwner: number): void {
  const byOwner = new Map<number, Video[]>();
  for (const video of unkept(scene)) {
    if (video.isTaken) continue;
    const own = byOwner.get(video.owner) ?? [];
    if (own.length < workersPerOwner * service.handedOver.jobsMax) own.push(video);
    byOwner.set(video.owner, own);
  }
  for (const [owner, own] of byOwner)
    for (let from = 0; from < own.length; from += service.handedOver.jobsMax)
      startWorker(scene, owner, own.slice(from, from + service.handedOver.jobsMax));
}

/** All videos that are not kept, the oldest first. What is kept is forgotten. */
function unkept({ settled }: Scene): readonly Video[] {
  const open = takeSome(settled, Number.POSITIVE_INFINITY).filter(({ isKept }) => !isKept);
  for (const video of open) settled.add(video);
  return open;
}

function takeSome<T>(queue: Queue<T>, most: number): T[] {
  return Array.from({ length: Math.min(most, queue.size()) }, () => takeOne(queue)).flat();
}

function takeOne<T>(queue: Queue<T>): T[] {
  const item = queue.take();
  return item === undefined ? [] : [item];
}
