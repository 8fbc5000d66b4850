import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Fault } from "../../local/fal/fault-schema.ts";
import { type Figure, makeRow, type Row } from "../figure.ts";
import { mulberry32 } from "../mulberry32.ts";
import { isSettled, type PublicJob } from "../services/caller.ts";
import { apiKey, startStack } from "../services/stack.ts";
import { slope } from "../statistics.ts";
import type { Workplace } from "../workplace.ts";

/** What the run saw: each accepted job at its end, and memory by jobs that had been accepted. */
type Soak = {
  readonly jobs: readonly PublicJob[];
  readonly memory: readonly (readonly [jobs: number, megabytes: number])[];
};
type Ledger = { readonly requests: readonly { readonly request_id: string; readonly webhook?: string }[] };

const callers = 10;
const sampleMs = 500;
const pollMs = 500;
const settleTimeoutMs = 240_000;
const bytesPerMb = 1_048_576;
const kibibytes = 1_024;
const perJobs = 1_000;
/** The last half of the jobs is cut into so many windows. */
const windows = 10;
/** With fewer jobs, the slope is that of a heap that still warms up, so it is left out. */
const judgedJobs = 2_000;
/** Everything that may happen to a submission, and how often in a hundred. */
const faults: readonly (readonly [percent: number, fault: Omit<Fault, "times" | "prompt">])[] = [
  [8, { webhook: { drop: true } }],
  [10, { webhook: { duplicates: 1, hold: true } }],
  [5, { webhook: { delay_ms: 2_000 } }],
  [4, { submit: { answer: 429 } }],
  [2, { submit: { answer: "reset", when: "after" } }],
  [1, { submit: { answer: "no_request_id", when: "after" } }],
  [4, { outcome: "content_policy_violation" }],
  [4, { outcome: "generation_timeout" }],
  [2, { webhook: { before: ["unsigned", "wrong_key", "foreign"] } }],
];

/** Many jobs through the local stack, while fal fails at random. */
export function makeSoak(jobs: number): Figure {
  return {
    name: "soak",
    question: "Does memory stay flat, and is nothing lost, while fal fails at random?",
    load: `${jobs} jobs, ${callers} callers; ${faults.reduce((sum, [percent]) => sum + percent, 0)} % of the submissions with a fault`,
    measure: (workplace) => soak(workplace, jobs),
  };
}

async function soak(workplace: Workplace, count: number): Promise<readonly Row[]> {
  const program = join(workplace.root, "bench", "programs", "emulate-fal.ts");
  const emulator = fork(program, { execArgv: ["--import", "tsx"] });
  const [falUrl] = (await once(emulator, "message")) as [string];
  const stack = await startStack(workplace, {
    FAL_ENDPOINT_URL: falUrl,
    FAL_KEY: "bench",
    SWEEP_SECONDS: "2",
    FIRST_CHECK_SECONDS: "5",
    SUBMISSION_WINDOW_SECONDS: "60",
  });
  try {
    const result = await run(workplace, stack.url, falUrl, stack.pid, count);
    const ledger = (await (await fetch(`${falUrl}/_emulator/ledger`)).json()) as Ledger;
    return describe(result, ledger);
  } finally {
    await stack.close();
    await end(emulator);
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.disconnect();
  await exited;
}

async function run(workplace: Workplace, url: string, falUrl: string, pid: number, count: number): Promise<Soak> {
  const random = mulberry32(workplace.seed);
  const image = await readFile(join(workplace.root, "local", "sample", "sample.jpg"));
  const image_url = `data:image/jpeg;base64,${image.toString("base64")}`;
  const accepted: string[] = [];
  const memory: [number, number][] = [];
  const sampler = setInterval(async () => {
    const megabytes = await residentMegabytes(pid).catch(() => undefined);
    if (megabytes !== undefined) memory.push([accepted.length, megabytes]);
  }, sampleMs);
  let next = 0;
  const call = async () => {
    for (let job = next++; job < count; job = next++) {
      const prompt = `wave ${job} of ${workplace.seed}`;
      const fault = pickFault(random() * 100);
      if (fault) await addFault(falUrl, { ...fault, prompt });
      accepted.push(await submit(url, prompt, image_url));
      if (accepted.length % perJobs === 0) workplace.progress(`${accepted.length} of ${count} jobs`);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  clearInterval(sampler);
  const jobs = await settle(url, accepted);
  return { jobs, memory };
}

function pickFault(percent: number): Omit<Fault, "times" | "prompt"> | undefined {
  let reached = 0;
  return faults.find(([share]) => {
    reached += share;
    return percent < reached;
  })?.[1];
}

async function addFault(falUrl: string, fault: object): Promise<void> {
  await fetch(`${falUrl}/_emulator/faults`, { method: "POST", body: JSON.stringify([fault]) });
}

async function submit(url: string, prompt: string, image_url: string): Promise<string> {
  const response = await fetch(`${url}/jobs`, {
    method: "POST",
    headers: { "x-api-key": apiKey, "content-type": "application/json", "idempotency-key": prompt },
    body: JSON.stringify({ input: { prompt, image_url } }),
  });
  const body = (await response.json()) as { readonly id?: string; readonly instance?: string };
  // A refusal that names its job has recorded it.
  const id = response.ok ? body.id : body.instance?.split("/").at(-1);
  if (id === undefined) throw new Error(`a job was answered with ${response.status}: ${JSON.stringify(body)}`);
  return id;
}

/** Reads all jobs until they have settled, or the time is up. */
async function settle(url: string, ids: readonly string[]): Promise<PublicJob[]> {
  const deadline = Date.now() + settleTimeoutMs;
  const jobs: PublicJob[] = [];
  for (const id of ids) {
    for (;;) {
      const response = await fetch(`${url}/jobs/${id}`, { headers: { "x-api-key": apiKey } });
      const job = (await response.json()) as PublicJob;
      if (isSettled(job) || Date.now() > deadline) {
        jobs.push(job);
        break;
      }
      await delay(pollMs);
    }
  }
  return jobs;
}

/** Memory of a process that is in use, without what the kernel could take back. Linux only. */
async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return (Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]) * kibibytes) / bytesPerMb;
}

/** The least memory in each window of the jobs: what is left after garbage was collected, without the garbage. */
export function lowPoints(memory: Soak["memory"]): Soak["memory"] {
  const first = memory[0]?.[0] ?? 0;
  const width = ((memory.at(-1)?.[0] ?? 0) - first + 1) / windows;
  const lowest = new Map<number, Soak["memory"][number]>();
  for (const point of memory) {
    const window = Math.floor((point[0] - first) / width);
    const known = lowest.get(window);
    if (known === undefined || point[1] < known[1]) lowest.set(window, point);
  }
  return [...lowest.values()];
}

function describe({ jobs, memory }: Soak, { requests }: Ledger): readonly Row[] {
  // Over the last half of the jobs, while they are created.
  const half = memory.filter(([accepted]) => accepted >= jobs.length / 2);
  const open = jobs.filter((job) => !isSettled(job)).length;
  const posted = new Map<string, number>();
  for (const { webhook = "" } of requests) {
    const id = /\/webhooks\/fal\/([^/]+)\//.exec(webhook)?.[1] ?? "";
    posted.set(id, (posted.get(id) ?? 0) + 1);
  }
  const twice = jobs.filter(({ id }) => (posted.get(id) ?? 0) > 1).length;
  const known = new Set(jobs.map(({ id }) => id));
  const strangers = [...posted.keys()].filter((id) => !known.has(id)).length;
  const none = { of: "ours", is: "at most", bound: 0 } as const;
  return [
    ...(jobs.length < judgedJobs ? [] : [describeSlope(half)]),
    makeRow("memory after the last job", "MB", half.at(-1)?.[1] ?? Number.NaN),
    makeRow("accepted jobs that never settled", "", open, undefined, none),
    makeRow("jobs that fal ran twice", "", twice, undefined, none),
    makeRow("requests at fal of no job", "", strangers, undefined, none),
  ];
}

function describeSlope(half: Soak["memory"]): Row {
  const megabytes = slope(lowPoints(half)) * perJobs;
  return makeRow("memory, over the last half", "MB per 1,000 jobs", megabytes, undefined, {
    of: "ours",
    is: "at most",
    bound: 1,
  });
}
