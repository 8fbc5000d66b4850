import { openQueue, type Queue } from "./queue.ts";
import { openRandom } from "./random.ts";
import { openSample, type Sample } from "./sample.ts";
import { defaults, service } from "./service.ts";
import { serviceTimes } from "./service-times.ts";
import { openSimulator, type Simulator } from "./simulator.ts";
import { openStation, type Station } from "./station.ts";

/** A time without webhooks: the sweep must settle every job. */
export interface Outage {
  readonly seed: number;
  /** Jobs whose shards this one execution of the sweep works through. */
  readonly jobsPerMinute: number;
  readonly minutes: number;
  /** `answers`: fal answers at once. `hangs`: every call to fal runs into its timeout. */
  readonly fal: "answers" | "hangs";
}

/** What was seen. */
export interface OutageSeen {
  /** Looks at jobs in the busiest minute. */
  readonly looksPerMinute: number;
  /** From fal's end of a render to the job's end, in milliseconds. */
  readonly delays: Sample;
  /** Jobs that the last sweep should have looked at, and did not. */
  readonly left: number;
}

/** A sweep that is running. */
interface Sweep {
  readonly simulator: Simulator;
  /** The one processor that all of its workers share. */
  readonly processor: Station;
  readonly fal: Outage["fal"];
  readonly untilMs: number;
  /** Jobs whose rows were read ahead of the work. */
  readonly listed: Queue<DueJob>;
  /** Workers without work, while more may be listed. */
  readonly idle: (() => void)[];
  readonly end: (job: DueJob) => void;
  shardsToList: number;
}

interface DueJob {
  /** When fal had its video. */
  readonly endedAt: number;
}

/**
 * Simulates one execution of the sweep each minute. A job is first due some time after its submission (the setting
 * `firstCheckSeconds`). If fal does not answer, the job goes back to the end of its shard.
 */
export function simulateOutage({ seed, jobsPerMinute, minutes, fal }: Outage): OutageSeen {
  const simulator = openSimulator();
  const random = openRandom(seed);
  const shards = Array.from({ length: service.sweep.shards }, () => openQueue<DueJob>());
  const delays = openSample();
  const looks: number[] = [];
  let submittedAt = 0;
  const add = (job: DueJob) => shards[random.below(shards.length)]?.add(job);
  const addDue = () => {
    while (submittedAt + defaults.firstCheckSeconds * 1000 <= simulator.now()) {
      add({ endedAt: submittedAt + random.around(serviceTimes.renderMs, serviceTimes.renderSpread) });
      submittedAt += random.exponential(60_000 / jobsPerMinute);
    }
  };
  const end = (job: DueJob) => {
    looks.push((looks.pop() ?? 0) + 1);
    if (fal === "answers") delays.add(Math.max(0, simulator.now() - job.endedAt));
    else add(job);
  };
  for (let minute = 1; minute <= minutes; minute++) {
    addDue();
    looks.push(0);
    startSweep(simulator, shards, fal, end);
    simulator.run(minute * service.sweep.everyMs);
  }
  const left = shards.reduce((sum, shard) => sum + shard.size(), 0);
  return { looksPerMinute: Math.max(...looks), delays, left };
}

function startSweep(simulator: Simulator, shards: readonly Queue<DueJob>[], fal: Outage["fal"], end: Sweep["end"]) {
  const { openLaneMs, workers } = service.sweep;
  const sweep: Sweep = {
    simulator,
    processor: openStation(simulator, 1),
    fal,
    untilMs: simulator.now() + openLaneMs,
    listed: openQueue<DueJob>(),
    idle: [],
    end,
    shardsToList: shards.length,
  };
  for (const shard of shards) listShard(sweep, shard, shard.size());
  for (let worker = 0; worker < workers; worker++) work(sweep);
  // What was listed and not looked at stays due.
  simulator.after(openLaneMs, () => {
    for (let job = sweep.listed.take(); job !== undefined; job = sweep.listed.take()) shards[0]?.add(job);
  });
}

/** Lists a shard's jobs page by page: a query and a batch read each, unless enough are listed. */
function listShard(sweep: Sweep, shard: Queue<DueJob>, due: number): void {
  const { simulator, listed, untilMs } = sweep;
  const page = Math.min(service.sweep.pageSize, due);
  if (page === 0 || simulator.now() >= untilMs) {
    sweep.shardsToList--;
    wake(sweep);
    return;
  }
  if (listed.size() >= service.sweep.listedMax) {
    simulator.after(1_000, () => listShard(sweep, shard, due));
    return;
  }
  callTable(sweep, 2, () => {
    for (let count = 0; count < page; count++) {
      const job = simulator.now() < untilMs ? shard.take() : undefined;
      if (job !== undefined) listed.add(job);
    }
    wake(sweep);
    listShard(sweep, shard, due - page);
  });
}

function wake({ idle, listed }: Sweep): void {
  for (const start of idle.splice(0, Math.max(1, listed.size()))) start();
}

/**
 * One of the workers. A look is a read and a claim of the row, the status and the result at fal, and the write of what
 * fal said.
 */
function work(sweep: Sweep): void {
  if (sweep.simulator.now() >= sweep.untilMs) return;
  const job = sweep.listed.take();
  if (job === undefined) {
    if (sweep.shardsToList > 0) sweep.idle.push(() => work(sweep));
    return;
  }
  const record = () =>
    callTable(sweep, 1, () => {
      sweep.end(job);
      work(sweep);
    });
  callTable(sweep, 2, () => callFal(sweep, record));
}

function callTable({ simulator, processor }: Sweep, calls: number, done: () => void): void {
  const { tableMs, tableProcessorMs } = serviceTimes;
  processor.serve(calls * tableProcessorMs, () => simulator.after(calls * (tableMs - tableProcessorMs), done));
}

function callFal({ simulator, processor, fal }: Sweep, done: () => void): void {
  const [calls, ms] = fal === "answers" ? [2, serviceTimes.falCallMs] : [1, service.sweep.statusTimeoutMs];
  processor.serve(calls * serviceTimes.falCallProcessorMs, () => simulator.after(calls * ms, done));
}
