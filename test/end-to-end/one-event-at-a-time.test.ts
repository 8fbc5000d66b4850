import { setTimeout as delay } from "node:timers/promises";
import { createFalClient } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CallbackReceiver, startCallbackReceiver } from "./callback-receiver.ts";
import { orderJob, readSecrets, receive, verify } from "./callbacks.ts";
import { addFaults, call, hostedImage, type Job, readLedger, sampleImage, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { watchJob } from "./event-stream.ts";
import { endpoint, fetchFilm, readAtFal, throughUs } from "./fal-client.ts";

const keys = ["local-key", "other-key"];
const executions = "10";
const retryMs = 200;
const pageJobs = 100;
/** isolation.test.ts has 200 jobs at once. */
const crowd = 50;
let stack: EmulatorStack;
let receiver: CallbackReceiver;

beforeAll(async () => {
  [stack, receiver] = await Promise.all([
    startWithEmulator({ CONCURRENCY: executions, API_KEYS: keys.join(), SWEEP_SECONDS: "1", FIRST_CHECK_SECONDS: "5" }),
    startCallbackReceiver(),
  ]);
});

afterAll(async () => {
  await stack?.close();
  await receiver?.down();
});

describe("with one event at a time in each instance (A27)", () => {
  it("a job is submitted, settled by its webhook and read, and a repeat is the same job", async () => {
    const { body } = await order("a boat leaves", { "idempotency-key": "boat" });
    expect(await waitUntilSettled(stack.url, body.id)).toMatchObject({ status: "succeeded", settled_by: "webhook" });
    expect(await order("a boat leaves", { "idempotency-key": "boat" })).toMatchObject({
      status: 200,
      body: { id: body.id },
    });
    await readAtFal(stack.falUrl, "a boat leaves");
  });

  it("a caller who waits gets the settled job", async () => {
    expect((await order("a bell rings", { prefer: "wait=20" })).body).toMatchObject({ status: "succeeded" });
  });

  it("an event stream brings every state, and a second one what the first lacks", async () => {
    const { body } = await order("a kite climbs");
    const first = await watchJob(stack.url, body.id, undefined, ({ event }) => event === "job");
    let next = await watchJob(stack.url, body.id, first.events.at(-1)?.id);
    expect(next.events.at(-1)?.data).toMatchObject({ status: "succeeded" });
    // The copy of the video and the delivery change the job once more each.
    const follow = async () => {
      next = await watchJob(stack.url, body.id, next.events.at(-1)?.id);
      return next.status;
    };
    while ((await follow()) === 200);
    expect(next.status).toBe(204);
  });

  it("a job is canceled", async () => {
    await addFaults(stack.falUrl, { prompt: "a cat waits", queue_ms: 600_000 });
    const { body } = await order("a cat waits");
    expect((await call(stack.url, `/jobs/${body.id}/cancel`, { method: "POST" })).status).toBe(200);
    expect(await waitUntilSettled(stack.url, body.id)).toMatchObject({ status: "canceled" });
  });

  it("a callback is delivered with its signature", async () => {
    const job = await orderJob(stack, receiver, "told");
    const [callback] = await receive(receiver, "told");
    if (callback === undefined) throw new Error("there is no callback");
    expect(verify(callback, (await readSecrets(stack.url)).secret).data).toMatchObject({ id: job.id });
  });

  it("the sweep settles a job whose webhook is lost", async () => {
    await addFaults(stack.falUrl, { prompt: "a silent bird", webhook: { drop: true } });
    const { body } = await order("a silent bird");
    expect(await waitUntilSettled(stack.url, body.id)).toMatchObject({ status: "succeeded", settled_by: "sweep" });
  });

  it.each(["polling", "streaming"] as const)("fal's own client gets its video through the proxy, %s", async (mode) => {
    const fal = createFalClient(throughUs(stack.url));
    const prompt = `a train by ${mode}`;
    const { data } = await fal.subscribe(endpoint, { mode, input: { prompt, image_url: await sampleImage() } });
    await fetchFilm(data);
    await readAtFal(stack.falUrl, prompt);
  });

  it(`${crowd} jobs of two owners at once, with ${executions} executions, settle once each with one POST to fal (A22)`, async () => {
    const before = await readLedger(stack.falUrl);
    const image_url = await sampleImage();
    let throttled = 0;
    const insist = async (index: number) => {
      const headers = { "x-api-key": keys[index % keys.length] ?? "", "idempotency-key": `crowd ${index}` };
      for (;;) {
        const { status, body } = await submit(stack.url, { prompt: `crowd ${index}`, image_url }, headers);
        if (status < 300) return body.id;
        expect([status, body.code]).toEqual([500, "integration_failure"]);
        throttled += 1;
        await delay(retryMs);
      }
    };
    const ids = await Promise.all(Array.from({ length: crowd }, (_, index) => insist(index)));
    expect(throttled).toBeGreaterThan(0);
    await expect.poll(() => succeeded(ids), { timeout: 200_000, interval: 1_000 }).toBe(crowd);
    const { posts, requests } = await readLedger(stack.falUrl);
    expect(posts.length - before.posts.length).toBe(crowd);
    expect(requests.length - before.requests.length).toBe(crowd);
  });
});

function order(prompt: string, headers: Record<string, string> = {}) {
  return submit(stack.url, { prompt, image_url: hostedImage }, headers);
}

/** How many of these jobs have succeeded, by the owners' lists. */
async function succeeded(ids: readonly string[]): Promise<number> {
  const lists = await Promise.all(keys.map(listJobs));
  const byId = new Map(lists.flat().map((job) => [job.id, job.status]));
  return ids.filter((id) => byId.get(id) === "succeeded").length;
}

async function listJobs(key: string): Promise<Job[]> {
  const jobs: Job[] = [];
  let cursor: unknown;
  do {
    const path = `/jobs?limit=${pageJobs}${cursor ? `&cursor=${cursor}` : ""}`;
    const { status, body } = await call(stack.url, path, { headers: { "x-api-key": key } });
    if (status !== 200) return [];
    jobs.push(...(body.data as Job[]));
    cursor = body.next_cursor;
  } while (cursor);
  return jobs;
}
