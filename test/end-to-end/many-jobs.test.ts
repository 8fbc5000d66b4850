import { afterAll, beforeAll, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { addFaults, readLedger, sampleImage, submit, waitUntilSettled } from "./caller.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { killLeftovers, type LocalStack, startLocalStack } from "./local-stack.ts";

const jobs = effort.jobsAtOnce;
let dataDir: string;
let stack: LocalStack;

beforeAll(async () => {
  dataDir = await makeDataDir();
  stack = await startLocalStack(await claimTwoPorts(), dataDir, {
    RENDER_SECONDS: "1",
    // Even on a slow machine the webhooks arrive before the sweep's first check.
    FIRST_CHECK_SECONDS: "3600",
  });
});

afterAll(async () => {
  await stack?.kill("SIGTERM");
  killLeftovers();
  await removeDataDir(dataDir);
});

it(`${jobs} concurrent jobs, with each webhook sent twice and out of order, settle once each with one POST to fal`, async () => {
  await addFaults(stack.falUrl, { times: "all", webhook: { duplicates: 1, hold: true } });
  const image_url = await sampleImage();
  const answers = await Promise.all(
    Array.from({ length: jobs }, (_, index) => submit(stack.url, { prompt: `waves ${index}`, image_url })),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(jobs).fill(202));

  const settled = await Promise.all(answers.map(({ body }) => waitUntilSettled(stack.url, body.id)));
  expect(settled.filter(({ status, settled_by }) => status === "succeeded" && settled_by === "webhook")).toHaveLength(
    jobs,
  );
  const successes = settled.flatMap(({ timeline }) => timeline.filter(({ event }) => event === "succeeded"));
  expect(successes).toHaveLength(jobs);

  const delivered = async () =>
    (await readLedger(stack.falUrl)).deliveries.filter(({ state }) => state === "delivered").length;
  await expect.poll(delivered, { timeout: 180_000, interval: 500 }).toBe(2 * jobs);
  const { posts, requests } = await readLedger(stack.falUrl);
  expect([posts.length, requests.length]).toEqual([jobs, jobs]);
});
