import { readFile, rm } from "node:fs/promises";
import { createServer, request as forward, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { IDLE_MS } from "../../local/stack/listening.ts";
import { effort } from "../effort.ts";
import { type Random, seededRandom } from "../simulation/random.ts";
import { claimPort, claimTwoPorts } from "../support/ports.ts";
import { releaseTags, unpackRelease } from "../support/releases.ts";
import { startCallbackReceiver } from "./callback-receiver.ts";
import { addFaults, call, inlineImage, readLedger, submit, waitUntilSettled } from "./caller.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { killLeftovers, type LocalStack, startLocalStack } from "./local-stack.ts";

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const jobs = effort.jobsOfTwoReleases;
const atOnce = 10;
const tags = await releaseTags();

/** What happens at fal to a job with this prompt, and how it must end. */
const prompts = {
  waves: "succeeded",
  "webhook lost": "succeeded",
  "webhook twice": "succeeded",
  "reply lost": "succeeded",
  "failed at fal": "failed",
} as const;

let folders: string[] = [];
let stacks: LocalStack[] = [];
let front: Server;
let url: string;
const receiver = await startCallbackReceiver();

beforeAll(async () => {
  await addFrontDoor(seededRandom(seed));
});

afterAll(async () => {
  await stopStacks();
  front?.close();
  front?.closeAllConnections();
  await receiver.down();
});

it.skipIf(jobs === 0).each(tags)(
  `at least ${jobs} jobs end once, with one render each, while %s and this release work on one table (SEED=${seed})`,
  async (tag) => {
    const falUrl = await startBoth(tag);
    await addFaults(
      falUrl,
      { times: "all", prompt: "webhook lost", webhook: { drop: true } },
      { times: "all", prompt: "webhook twice", webhook: { duplicates: 1, hold: true } },
      { times: "all", prompt: "reply lost", submit: { when: "after", answer: "reset" } },
      { times: "all", prompt: "failed at fal", outcome: "internal_error" },
    );
    const random = seededRandom(seed + 1);
    const ordered: { readonly prompt: keyof typeof prompts; readonly id: string }[] = [];
    const order = async () => {
      while (ordered.length < jobs) {
        const prompt = random.pick(Object.keys(prompts) as (keyof typeof prompts)[]);
        const key = Buffer.from(random.bytes(12)).toString("hex");
        const answer = await submit(
          url,
          { prompt, image_url: inlineImage },
          { "idempotency-key": key },
          { callback_url: receiver.urlOf("/told") },
        );
        expect([200, 202, 503]).toContain(answer.status);
        if (answer.status === 202) ordered.push({ prompt, id: answer.body.id });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, order));

    for (const { id, prompt } of ordered) {
      const job = await waitUntilSettled(url, id);
      expect([prompt, job.status]).toEqual([prompt, prompts[prompt]]);
      // Both releases see the same job.
      const seen = await Promise.all(stacks.map((stack) => call(stack.url, `/jobs/${id}`)));
      expect(seen.map(({ body }) => [body.status, body.request_id])).toEqual([
        [job.status, job.request_id],
        [job.status, job.request_id],
      ]);
    }
    const { requests } = await readLedger(falUrl);
    const rendered = requests.map(({ webhook }) => /\/webhooks\/fal\/(\w+)\//.exec(webhook ?? "")?.[1]);
    expect(rendered.sort()).toEqual(ordered.map(({ id }) => id).sort());
    const told = () =>
      new Set(receiver.at("/told").map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id));
    await expect.poll(() => told().size, { timeout: 120_000, interval: 500 }).toBe(ordered.length);
  },
  600_000,
);

/** Starts this release with everything embedded, and the other one on its table, bucket and fal. Returns fal's URL. */
async function startBoth(tag: string): Promise<string> {
  await stopStacks();
  folders = [await makeDataDir(), await makeDataDir(), await unpackRelease(tag)];
  const [ownFolder = "", otherFolder = "", release = ""] = folders;
  const settings = { PUBLIC_URL: url, QUIET: "1", SWEEP_SECONDS: "1", FIRST_CHECK_SECONDS: "1", RENDER_SECONDS: "1" };
  const own = await startLocalStack(await claimTwoPorts(), ownFolder, settings, "node");
  stacks = [own];
  const { endpoints } = JSON.parse(await readFile(join(ownFolder, "running.json"), "utf8")) as {
    endpoints: Record<string, string>;
  };
  const shared = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb ?? "",
    AWS_ENDPOINT_URL_S3: endpoints.s3 ?? "",
    FAL_ENDPOINT_URL: own.falUrl,
    FAL_KEY: "local-fal-key",
    CDK_OUT: release,
  };
  stacks = [own, await startLocalStack(await claimTwoPorts(), otherFolder, { ...settings, ...shared }, "node")];
  return own.falUrl;
}

async function stopStacks(): Promise<void> {
  await Promise.all(stacks.map((stack) => stack.kill("SIGTERM")));
  stacks = [];
  killLeftovers();
  const [own = "", other = "", release = ""] = folders;
  if (folders.length > 0)
    await Promise.all([removeDataDir(own), removeDataDir(other), rm(release, { recursive: true })]);
  folders = [];
}

/** The API's public URL: each request goes to one of the two releases. */
async function addFrontDoor(random: Random): Promise<void> {
  const port = await claimPort();
  url = `http://localhost:${port}`;
  front = createServer({ keepAliveTimeout: IDLE_MS }, (incoming, outgoing) => {
    const target = new URL(incoming.url ?? "/", random.pick(stacks).url);
    const { method, headers } = incoming;
    // A kept connection may be closed just when it is used again.
    const onward = forward(target, { method, headers, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(port, "localhost", resolve));
}
