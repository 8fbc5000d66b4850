import { randomUUID } from "node:crypto";
import { type Figure, makeRow, type Row } from "../figure.ts";
import { mulberry32 } from "../mulberry32.ts";
import { openPollers } from "../rivals/pollers.ts";
import { createJob, followJob, type PublicJob } from "../services/caller.ts";
import { type Receiver, startReceiver } from "../services/receiver.ts";
import { type Services, startServices } from "../services/services.ts";
import { startStack } from "../services/stack.ts";
import { percentile, sum } from "../statistics.ts";

/** One job: how long after fal's end its caller knew, in milliseconds, and how long it ran. */
type Sample = { readonly lateMs: number; readonly jobId?: string; readonly afterVideoMs?: number };
type Way = { readonly name: string; readonly know: (prompt: string) => Promise<Sample> };

const callersEach = 2;
const jobsEach = 15;
const atFalMs = { least: 2_000, most: 7_000 };
const waitSeconds = 25;

/** From fal's completion to the caller knowing. */
export const timeToKnow: Figure = {
  name: "time-to-know",
  question: "How long after fal's completion does the caller know?",
  load: `${callersEach * jobsEach} jobs each way, of ${atFalMs.least / 1000} to ${atFalMs.most / 1000} s, ${callersEach} at once, all ways at the same time`,
  needsJava: true,
  measure: async (workplace) => {
    const services = await startServices(workplace);
    const receiver = await startReceiver();
    const stack = await startStack(workplace, {
      AWS_ENDPOINT_URL_DYNAMODB: services.recordedUrl,
      FAL_ENDPOINT_URL: services.falUrl,
      FAL_KEY: "bench",
    });
    try {
      const ways = openWays(stack.url, services, receiver);
      const random = mulberry32(workplace.seed);
      const make = ({ know }: Way) => {
        const ms = Math.round(atFalMs.least + random() * (atFalMs.most - atFalMs.least));
        return know(`${randomUUID()} for ${ms} ms`);
      };
      // The first jobs load every function.
      await Promise.all(ways.map(make));
      await services.takeCalls();
      const samples = new Map<string, Sample[]>(ways.map(({ name }) => [name, []]));
      const work = async (way: Way) => {
        for (let job = 0; job < jobsEach; job++) samples.get(way.name)?.push(await make(way));
      };
      await Promise.all(ways.flatMap((way) => Array.from({ length: callersEach }, () => work(way))));
      return describe(samples, await countReads(services));
    } finally {
      await stack.close();
      await receiver.close();
      await services.close();
    }
  },
};

function openWays(url: string, services: Services, receiver: Receiver): readonly Way[] {
  const since = async (prompt: string, knownAt: number) => {
    const answer = await fetch(`${services.falUrl}/ended/${encodeURIComponent(prompt)}`);
    const { at } = (await answer.json()) as { readonly at: number };
    return knownAt - at;
  };
  const sampleOf = async (prompt: string, { id }: PublicJob, knownAt: number) => ({
    lateMs: await since(prompt, knownAt),
    jobId: id,
  });
  const pollers = openPollers(services.falUrl).map(({ name, makeVideo }) => ({
    name,
    know: async (prompt: string) => {
      await makeVideo(prompt);
      return { lateMs: await since(prompt, Date.now()) };
    },
  }));
  return [
    {
      name: "wait",
      know: async (prompt) => {
        const job = await createJob(url, prompt, { waitSeconds });
        return sampleOf(prompt, job, Date.now());
      },
    },
    {
      name: "event stream",
      know: async (prompt) => {
        const { id } = await createJob(url, prompt);
        const job = await followJob(url, id);
        return sampleOf(prompt, job, Date.now());
      },
    },
    {
      name: "callback",
      know: async (prompt) => {
        const { id } = await createJob(url, prompt, { callbackUrl: receiver.url });
        const { atMs, job } = await receiver.received(id);
        const archived = job.timeline.find(({ event }) => event === "archived");
        const afterVideoMs = archived && atMs - Date.parse(archived.at);
        return { ...(await sampleOf(prompt, job, atMs)), ...(afterVideoMs !== undefined && { afterVideoMs }) };
      },
    },
    ...pollers,
  ];
}

/** Reads of each job's row. */
async function countReads(services: Services): Promise<ReadonlyMap<string, number>> {
  const reads = new Map<string, number>();
  for (const { operation, subject } of await services.takeCalls())
    if (operation === "GetItem") reads.set(subject, (reads.get(subject) ?? 0) + 1);
  return reads;
}

function describe(samples: ReadonlyMap<string, readonly Sample[]>, reads: ReadonlyMap<string, number>): readonly Row[] {
  const late = (name: string) => (samples.get(name) ?? []).map(({ lateMs }) => lateMs);
  const afterVideo = (samples.get("callback") ?? []).flatMap(({ afterVideoMs }) => afterVideoMs ?? []);
  const rivals = [...samples.keys()].filter((name) => !["wait", "event stream", "callback"].includes(name));
  const [client = "", ...others] = rivals;
  const compare = (name: string, rival: string, percent: number, bound?: number) =>
    makeRow(
      `${name}, p${percent}`,
      "ms",
      percentile(late(name), percent),
      { name: rival, value: percentile(late(rival), percent) },
      bound === undefined ? undefined : { of: "ours", is: "at most", bound },
    );
  const readsOf = (name: string) => {
    const jobs = samples.get(name) ?? [];
    return sum(jobs.map(({ jobId = "" }) => reads.get(jobId) ?? 0)) / jobs.length;
  };
  return [
    ...["wait", "event stream"].flatMap((name) => [compare(name, client, 50, 100), compare(name, client, 99, 300)]),
    ...["callback"].flatMap((name) => [compare(name, client, 50), compare(name, client, 99)]),
    makeRow("callback, after its video is kept, p50", "ms", percentile(afterVideo, 50), undefined, {
      of: "ours",
      is: "at most",
      bound: 100,
    }),
    ...others.map((rival) => compare("wait", rival, 50)),
    makeRow("wait: reads of the row", "per job", readsOf("wait")),
    makeRow("event stream: reads of the row", "per job", readsOf("event stream")),
  ];
}
