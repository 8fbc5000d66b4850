import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../simulation/random.ts";
import { type Answer, call, submit } from "./caller.ts";

/** What callers saw of the service while it was repeatedly killed. */
export type Witness = {
  /** The job returned for each Idempotency-Key. */
  readonly jobs: Map<string, string>;
  /** The terminal state in which each job was first seen. */
  readonly ends: Map<string, string>;
  /** Violations, in words. */
  readonly complaints: string[];
};

/** The ways to give an image. */
export type Images = { readonly inline: string; readonly hosted: string };

const open = ["submitting", "queued", "running"];
const callers = 12;
const pauseMs = { least: 10, most: 100 };
/** Most orders succeed: three unknown outcomes in a row would open the circuit breaker, and stop the load. */
const prompts = [...Array<string>(8).fill("waves"), "reset", "trouble", "silence", "lost"];
const retryDelayMs = 200;

/** A witness who has seen nothing yet. */
export function newWitness(): Witness {
  return { jobs: new Map(), ends: new Map(), complaints: [] };
}

/**
 * Callers who submit, read, cancel, retry and repeat until they are stopped. Each repeats a POST, under the same key,
 * until it is answered: an order that a kill left without an answer is the one that could be rendered twice.
 */
export async function runCallers(url: string, random: Random, images: Images, witness: Witness, stopped: AbortSignal) {
  const running = Array.from({ length: callers }, async () => {
    while (!stopped.aborted) {
      await order(url, random, images, witness, stopped);
      const known = [...witness.jobs.values()];
      if (known.length > 0) await meddle(url, random, random.pick(known), witness);
      await delay(random.between(pauseMs.least, pauseMs.most));
    }
  });
  await Promise.all(running);
}

/** Reads a job and records its final state; undefined when the service does not answer. */
export async function watch(url: string, id: string, witness: Witness): Promise<Answer | undefined> {
  const answer = await attempt(() => call(url, `/jobs/${id}`));
  if (answer?.status === 404) witness.complaints.push(`the job ${id} is lost`);
  if (answer?.status !== 200 || open.includes(answer.body.status)) return answer;
  const { status } = answer.body;
  const first = witness.ends.get(id) ?? status;
  witness.ends.set(id, first);
  if (first !== status) witness.complaints.push(`the job ${id} was ${first} and is ${status}`);
  return answer;
}

async function order(url: string, random: Random, images: Images, witness: Witness, stopped: AbortSignal) {
  const key = Buffer.from(random.bytes(12)).toString("hex");
  const input = { prompt: random.pick(prompts), image_url: random.chance(0.7) ? images.inline : images.hosted };
  const isRepeated = random.chance(0.2);
  for (let answered = 0; answered < (isRepeated ? 2 : 1); ) {
    const answer = await attempt(() => submit(url, input, { "idempotency-key": key }));
    if (answer?.status === 202 || answer?.status === 200) {
      answered++;
      noteJob(key, answer.body.id, witness);
    } else if (stopped.aborted) return;
    else await delay(retryDelayMs);
  }
}

function noteJob(key: string, id: string, { jobs, complaints }: Witness): void {
  const known = jobs.get(key) ?? id;
  jobs.set(key, known);
  if (known !== id) complaints.push(`the key ${key} stands for ${known} and for ${id}`);
}

async function meddle(url: string, random: Random, id: string, witness: Witness): Promise<void> {
  const verb = random.pick(["read", "read", "read", "cancel", "retry"] as const);
  if (verb === "read") await watch(url, id, witness);
  else {
    const answer = await attempt(() => call(url, `/jobs/${id}/${verb}`, { method: "POST" }));
    if (verb === "retry" && answer?.status === 202) noteJob(`retry of ${id}`, answer.body.id, witness);
  }
}

async function attempt(make: () => Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await make();
  } catch {
    // The service was killed during the request.
    return undefined;
  }
}
