import { arrive } from "./arrivals.ts";
import { openQueue } from "./queue.ts";
import { openRandom, type Random } from "./random.ts";
import { openSample, type Sample } from "./sample.ts";
import { service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";
import { openSimulator, type Simulator } from "./simulator.ts";

/** More jobs than fal runs, for hours. */
export interface Overload {
  readonly seed: number;
  readonly runners: number;
  readonly perMinute: number;
}

/** What became of the jobs of the middle hours. */
export interface OverloadSeen {
  readonly jobs: number;
  /** Jobs whose deadline passed before a runner was free. */
  readonly expired: number;
  /** From a job's creation to its start, in milliseconds, of those that started. */
  readonly waits: Sample;
}

interface Job {
  readonly createdAt: number;
  isStarted: boolean;
  /** Which submission is the latest: earlier ones have timed out. */
  submission: number;
}

interface Scene {
  readonly simulator: Simulator;
  readonly random: Random;
  readonly queue: ReturnType<typeof openQueue<readonly [job: Job, submission: number]>>;
  readonly started: (job: Job) => void;
  readonly expired: (job: Job) => void;
  free: number;
}

const hourMs = 3_600_000;
const hours = 8;

/**
 * Simulates fal's start timeout and the service's answer to it: fal gives a request up that did not start in time, and
 * the next sweep submits the job again, until its deadline.
 */
export function simulateOverload({ seed, runners, perMinute }: Overload): OverloadSeen {
  const simulator = openSimulator();
  const waits = openSample();
  let [jobs, expired] = [0, 0];
  const isCounted = ({ createdAt }: Job) => createdAt >= 3 * hourMs && createdAt < 5 * hourMs;
  const scene: Scene = {
    simulator,
    random: openRandom(seed),
    queue: openQueue(),
    started: (job) => isCounted(job) && waits.add(simulator.now() - job.createdAt),
    expired: (job) => {
      if (isCounted(job)) expired++;
    },
    free: runners,
  };
  const untilMs = hours * hourMs;
  arrive(simulator, scene.random, { perMinute, untilMs }, () => {
    const job: Job = { createdAt: simulator.now(), isStarted: false, submission: 0 };
    if (isCounted(job)) jobs++;
    submit(scene, job);
  });
  simulator.run(untilMs);
  return { jobs, expired, waits };
}

/** fal waits for a runner for as long as the service allows: 30 minutes, or the time left until the deadline. */
function submit(scene: Scene, job: Job): void {
  const { simulator, random } = scene;
  const leftMs = job.createdAt + service.deadlineMs - simulator.now();
  if (leftMs <= 0) {
    scene.expired(job);
    return;
  }
  const submission = ++job.submission;
  scene.queue.add([job, submission]);
  startNext(scene);
  simulator.after(Math.min(leftMs, service.startTimeoutMs), () => {
    if (job.isStarted || job.submission !== submission) return;
    job.submission++;
    simulator.after(random.next() * service.sweep.everyMs, () => submit(scene, job));
  });
}

function startNext(scene: Scene): void {
  while (scene.free > 0) {
    const next = scene.queue.take();
    if (next === undefined) return;
    const [job, submission] = next;
    if (job.submission !== submission) continue;
    job.isStarted = true;
    scene.free--;
    scene.started(job);
    const { renderMs, renderSpread } = serviceTimes;
    scene.simulator.after(scene.random.around(renderMs, renderSpread), () => {
      scene.free++;
      startNext(scene);
    });
  }
}
