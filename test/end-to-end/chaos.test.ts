import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { seededRandom } from "../simulation/random.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { addFaults, call, inlineImage, type Job, type Ledger, readLedger, submit } from "./caller.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { newWitness, runCallers, type Witness, watch } from "./load.ts";
import { killLeftovers, type LocalStack, startLocalStack } from "./local-stack.ts";

const { kills } = effort;
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const life = { leastMs: 300, mostMs: 3_000 };
/** Longer than the lease of a claim whose sweep was killed. */
/** A kill in the middle of a check, or of a large result, leaves its lease of 100 s. */
const settleTimeoutMs = 600_000;
const env = { RENDER_SECONDS: "1", FIRST_CHECK_SECONDS: "1", SWEEP_SECONDS: "1", SUBMISSION_WINDOW_SECONDS: "45" };

let dataDir: string;
let stack: LocalStack;

beforeAll(async () => {
  dataDir = await makeDataDir();
});

afterAll(async () => {
  await stack?.kill("SIGTERM");
  killLeftovers();
  await removeDataDir(dataDir);
});

it(`killed ${kills} times under load (SEED=${seed}), the stack loses no job, renders none twice and settles all`, async () => {
  const random = seededRandom(seed);
  const port = await claimTwoPorts();
  const inline = inlineImage;
  stack = await startLocalStack(port, dataDir, env, "node");
  await addFaults(
    stack.falUrl,
    { times: "all", prompt: "reset", submit: { when: "after", answer: "reset" } },
    { times: "all", prompt: "trouble", submit: { when: "after", answer: 503 } },
    { times: "all", prompt: "silence", webhook: { drop: true } },
    { times: "all", prompt: "lost", submit: { when: "after", answer: "reset" }, webhook: { drop: true } },
    // Once, so that a caller's retry of it succeeds.
    { prompt: "held", queue_ms: 3_600_000 },
  );
  const { body } = await submit(stack.url, { prompt: "waves", image_url: inline });
  const images = { inline, hosted: body.input.image_url };

  const witness = newWitness();
  await orderEachEnding(stack.url, images.hosted, witness);
  const stop = new AbortController();
  const callers = runCallers(stack.url, random, images, witness, stop.signal);
  for (let kill = 0; kill < kills; kill++) {
    await delay(random.between(life.leastMs, life.mostMs));
    await stack.kill("SIGKILL");
    stack = await startLocalStack(port, dataDir, env, "node");
  }
  stop.abort();
  await callers;

  const accepted = [...witness.jobs.values()];
  expect(accepted.length).toBeGreaterThan(kills);
  const allSettled = async () => {
    for (const id of accepted) if (!witness.ends.has(id)) await watch(stack.url, id, witness);
    return witness.ends.size;
  };
  await expect.poll(allSettled, { timeout: settleTimeoutMs, interval: 1_000 }).toBe(accepted.length);
  // Otherwise the test would prove nothing.
  expect(new Set(witness.ends.values())).toEqual(new Set(["succeeded", "failed", "canceled"]));
  const { requests } = await readLedger(stack.falUrl);
  for (const id of accepted) {
    const answer = await watch(stack.url, id, witness);
    expectTruth(
      answer?.body,
      requests.filter(({ webhook }) => jobOf(webhook) === id),
    );
  }
  expect(witness.complaints).toEqual([]);
  // Orders that never got an answer count as well.
  const rendered = requests.map(({ webhook }) => jobOf(webhook));
  expect(new Set(rendered).size).toBe(rendered.length);
}, 1_200_000);

/** One order for each outcome, before the first kill: on a slow machine the callers may not reach all of them. */
async function orderEachEnding(url: string, image_url: string, witness: Witness): Promise<void> {
  for (const prompt of ["waves", "lost", "held"]) {
    const { status, body } = await submit(url, { prompt, image_url });
    expect(status).toBe(202);
    witness.jobs.set(`to end: ${prompt}`, body.id);
    if (prompt === "held") await call(url, `/jobs/${body.id}/cancel`, { method: "POST" });
  }
}

/** A job reports one final state, and fal's ledger agrees with it. */
function expectTruth(job: Job | undefined, requests: Ledger["requests"]): void {
  const ends = job?.timeline.filter(({ event }) => ["succeeded", "failed", "canceled", "expired"].includes(event));
  expect(ends).toEqual([expect.objectContaining({ event: job?.status })]);
  if (job?.status === "succeeded") expect(requests.map(({ request_id }) => request_id)).toEqual([job.request_id]);
  else if (job?.status === "failed") expect(job.error?.code).toBe("submission_unconfirmed");
  else expect(job?.status).toBe("canceled");
}

function jobOf(webhook: string | undefined): string | undefined {
  return /\/webhooks\/fal\/(\w+)\//.exec(webhook ?? "")?.[1];
}
