import { createFalClient, type FalClient } from "@fal-ai/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFlakyProxy } from "../support/flaky-proxy.ts";
import { call, hostedImage, type Job, type Ledger, readLedger, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { endpoint, type FalConfig, fetchFilm, submitHeld, throughUs } from "./fal-client.ts";

let stack: EmulatorStack;
let fal: FalClient;
let made = 0;

beforeAll(async () => {
  stack = await startWithEmulator({ API_KEYS: "local-key,other-key", RENDER_SECONDS: "3" });
  fal = createFalClient(throughUs(stack.url));
});

afterAll(() => stack?.close());

describe("a submitted request", () => {
  it("a submitted request is a job of the caller, with the request id that the client has", async () => {
    const theirs = createFalClient(throughUs(stack.url, "other-key"));
    const [ours, others] = [await submitHeld(fal, stack.falUrl, nextPrompt(), hostedImage), await submitOne(theirs)];
    expect((await jobs("local-key")).find(({ id }) => id === ours.request_id)).toMatchObject({
      status: expect.stringMatching(/submitting|queued/),
      endpoint,
      input: { image_url: hostedImage },
    });
    expect((await jobs("other-key")).map(({ id }) => id)).toEqual([others]);
    expect((await jobs("local-key")).map(({ id }) => id)).not.toContain(others);
  });

  it("a submitted request can be read, watched and canceled like any other job", async () => {
    const { request_id } = await submitHeld(fal, stack.falUrl, nextPrompt(), hostedImage);
    expect((await call(stack.url, `/jobs/${request_id}/cancel`, { method: "POST" })).status).toBe(200);
    expect(await waitUntilSettled(stack.url, request_id)).toMatchObject({ status: "canceled" });
    expect(await fal.queue.status(endpoint, { requestId: request_id })).toMatchObject({ status: "COMPLETED" });
  });

  it("a job created with POST /jobs can be followed by the client", async () => {
    const input = { prompt: nextPrompt(), image_url: hostedImage };
    const { body } = await call(stack.url, "/jobs", { method: "POST", body: JSON.stringify({ input }) });
    await fal.queue.subscribeToStatus(endpoint, { requestId: body.id, pollInterval: 100 });
    await fetchFilm((await fal.queue.result(endpoint, { requestId: body.id })).data);
  });
});

describe("a client whose stack is killed", () => {
  it("a client whose stack is killed completes its subscribe after the restart, with one POST to fal", async () => {
    const prompt = nextPrompt();
    let killed = Promise.resolve();
    const result = await fal.subscribe(endpoint, {
      input: { prompt, image_url: hostedImage },
      pollInterval: 200,
      onEnqueue: () => {
        killed = stack.killAndRestart({});
      },
    });
    await killed;
    await fetchFilm(result.data);
    expect(await atFal(prompt)).toHaveLength(1);
    expect((await call(stack.url, `/jobs/${result.requestId}`)).body).toMatchObject({ status: "succeeded" });
  });
});

describe("a client that loses the reply to its submit and retries automatically", () => {
  it.each([1, 2])(
    "a client that loses the reply to its submit and retries automatically gets the same job when the call has an Idempotency-Key: %i lost",
    async (lost) => {
      const prompt = nextPrompt();
      const flaky = await startFlakyProxy(stack.url);
      const client = createFalClient(withKeys(throughUs(flaky.url)));
      flaky.control.loseNextAnswers = lost;
      const { request_id } = await client.queue.submit(endpoint, { input: { prompt, image_url: hostedImage } });
      expect(flaky.control.forwarded).toBe(lost + 1);
      await flaky.close();
      expect((await jobsOf(prompt)).map(({ id }) => id)).toEqual([request_id]);
      expect(await atFal(prompt)).toHaveLength(1);
    },
  );

  it("a client that loses the reply to its submit and retries automatically creates a job per attempt without an Idempotency-Key", async () => {
    const prompt = nextPrompt();
    const flaky = await startFlakyProxy(stack.url);
    const client = createFalClient(throughUs(flaky.url));
    flaky.control.loseNextAnswers = 1;
    await client.queue.submit(endpoint, { input: { prompt, image_url: hostedImage } });
    await flaky.close();
    expect(await jobsOf(prompt)).toHaveLength(2);
  });

  it("a client creates a job for each call, even when two calls are equal", async () => {
    const prompt = nextPrompt();
    const client = createFalClient(withKeys(throughUs(stack.url)));
    const input = { prompt, image_url: hostedImage };
    const [first, second] = [
      await client.queue.submit(endpoint, { input }),
      await client.queue.submit(endpoint, { input }),
    ];
    expect(first.request_id).not.toBe(second.request_id);
  });
});

/**
 * Gives each client call a key: the client passes the same headers object to the middleware with every attempt of one
 * call. Only POSTs get one.
 */
function withKeys({ requestMiddleware, ...config }: FalConfig): FalConfig {
  const keys = new WeakMap<object, string>();
  return {
    ...config,
    requestMiddleware: async (request) => {
      const { headers = {} } = request;
      const key = keys.get(headers) ?? crypto.randomUUID();
      keys.set(headers, key);
      return requestMiddleware?.({ ...request, headers: { ...headers, "idempotency-key": key } }) ?? request;
    },
  };
}

function nextPrompt(): string {
  return `a job of the client's, number ${made++}`;
}

async function submitOne(client: FalClient): Promise<string> {
  const input = { prompt: nextPrompt(), image_url: hostedImage };
  return (await client.queue.submit(endpoint, { input })).request_id;
}

async function jobs(key: string): Promise<readonly Job[]> {
  const { body } = await call(stack.url, "/jobs?limit=100", { headers: { "x-api-key": key } });
  return body.data as readonly Job[];
}

async function jobsOf(prompt: string): Promise<readonly Job[]> {
  return (await jobs("local-key")).filter(({ input }) => JSON.stringify(input).includes(`"${prompt}"`));
}

async function atFal(prompt: string): Promise<Ledger["requests"]> {
  const { requests, posts } = await readLedger(stack.falUrl);
  const found = requests.filter(({ input }) => JSON.stringify(input).includes(`"${prompt}"`));
  // A POST without effect would have left no request.
  expect(posts).toHaveLength(requests.length);
  return found;
}
