import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CALLBACK_TIMEOUT_MS, CALLBACKS_PER_WORKER } from "../../lambdas/limits.ts";
import { java } from "../support/engines.ts";
import { type CallbackReceiver, startCallbackReceiver } from "./callback-receiver.ts";
import { addFaults, call, hostedImage, submit } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const hostileKey = "hostile-key";
const otherKey = "local-key";
const retryMs = 500;
/** As deployed. */
const workersPerOwner = 10;

describe.runIf(java)("P30: one owner's receivers that never answer", () => {
  const jobs = 120;
  let stack: EmulatorStack;
  let receiver: CallbackReceiver;
  let hanging: Hanging;

  beforeAll(async () => {
    const env = { DYNAMODB_ENGINE: "java", API_KEYS: `${otherKey},${hostileKey}` };
    [stack, receiver, hanging] = await Promise.all([
      startWithEmulator(env),
      startCallbackReceiver(),
      startHanging(jobs),
    ]);
  });

  afterAll(async () => {
    await stack?.close();
    await receiver?.down();
    await hanging?.close();
  });

  it("P30: one owner's receivers that never answer, each on a host of its own, delay no callback of another owner", async () => {
    // Such jobs are never billed: fal does not take them, and then they are canceled.
    await addFaults(stack.falUrl, { submit: { answer: 429 }, times: "all" });
    const cancelJob = async (key: string, callback_url: string) => {
      const headers = { "x-api-key": key };
      const { status, body } = await submit(stack.url, { prompt: "a", image_url: hostedImage }, headers, {
        callback_url,
      });
      expect(status).toBe(202);
      const answer = await call(stack.url, `/jobs/${body.id}/cancel`, { method: "POST", headers });
      expect(answer.body.status).toBe("canceled");
      return Date.now();
    };
    const latencyOf = async (path: string) => {
      const canceledAt = await cancelJob(otherKey, receiver.urlOf(path));
      await expect.poll(() => receiver.at(path), { interval: 20 }).toHaveLength(1);
      return (receiver.at(path)[0]?.at ?? 0) - canceledAt;
    };
    const alone = await latencyOf("/alone");
    const few = pLimit(10);
    await Promise.all(hanging.urls.map((url) => few(() => cancelJob(hostileKey, url))));
    await expect.poll(hanging.connections).toBeGreaterThan(0);
    const beside: number[] = [];
    for (let job = 0; job < 10; job++) beside.push(await latencyOf(`/beside-${job}`));
    console.log(`P30: a callback takes ${alone} ms alone, and beside ${jobs} hanging ones`, beside);
    // One that waited for a hanging receiver would take as long as that may.
    expect(Math.max(...beside)).toBeLessThan(CALLBACK_TIMEOUT_MS / 3);
    expect(hanging.most()).toBeLessThanOrEqual(workersPerOwner * CALLBACKS_PER_WORKER);
  });
});

describe.runIf(java)("P30: one owner's streams and callbacks, with ten executions", () => {
  const jobs = 40;
  /** A busy machine spoils a comparison; one that is undisturbed is enough. */
  const rounds = 4;
  let stack: EmulatorStack;
  let receiver: CallbackReceiver;
  let hanging: Hanging;

  beforeAll(async () => {
    const env = {
      DYNAMODB_ENGINE: "java",
      CONCURRENCY: "10",
      // For an account with ten executions.
      WORKERS_PER_OWNER: "2",
      STREAMS_PER_OWNER: "2",
      API_KEYS: `${otherKey},${hostileKey}`,
    };
    [stack, receiver, hanging] = await Promise.all([
      startWithEmulator(env),
      startCallbackReceiver(),
      startHanging(jobs),
    ]);
  });

  afterAll(async () => {
    await stack?.close();
    await receiver?.down();
    await hanging?.close();
  });

  it("A22: another owner's jobs settle and are delivered within twice the time that they take alone", async () => {
    /** Until the last of the owner's jobs is delivered, in milliseconds. */
    const deliverAll = async (name: string) => {
      const startedAt = performance.now();
      const paths = Array.from({ length: jobs }, (_, index) => `/${name}-${index}`);
      await Promise.all(
        paths.map((path) =>
          insist(stack, otherKey, path, { prompt: path, image_url: hostedImage }, receiver.urlOf(path)),
        ),
      );
      const delivered = () => paths.filter((path) => receiver.at(path).length > 0).length;
      await expect.poll(delivered, { timeout: 200_000, interval: 100 }).toBe(jobs);
      return performance.now() - startedAt;
    };
    /** The same, alone and then beside the hostile owner. */
    const compare = async (round: number) => {
      const alone = await deliverAll(`alone-${round}`);
      const names = Array.from({ length: jobs }, (_, index) => `stream ${round} ${index}`);
      const ids = await Promise.all(
        names.map((name) => insist(stack, hostileKey, name, hostile, receiver.urlOf("/never"))),
      );
      const canceled = hanging.urls.map(async (url, index) => {
        const id = await insist(stack, hostileKey, `callback ${round} ${index}`, hostile, url);
        await insistOn(stack, `/jobs/${id}/cancel`);
      });
      await Promise.all(canceled);
      const closeStreams = keepOpening(stack, ids);
      const beside = await deliverAll(`beside-${round}`);
      await closeStreams();
      console.log(`A22: ${jobs} jobs take ${Math.round(alone)} ms alone, and ${Math.round(beside)} ms beside`);
      return beside / alone;
    };
    // Its jobs wait at fal for as long as the test runs, and its callbacks are those of jobs that it cancels.
    await addFaults(stack.falUrl, { prompt: "hostile", queue_ms: 600_000, times: "all" });
    const ratios: number[] = [];
    while (ratios.length < rounds && !ratios.some((ratio) => ratio < 2)) ratios.push(await compare(ratios.length));
    expect(Math.min(...ratios), `ratios: ${ratios}`).toBeLessThan(2);
  }, 900_000);
});

type Hanging = Awaited<ReturnType<typeof startHanging>>;

/** Servers that accept connections and never answer, each on a port, and so a host, of its own. */
async function startHanging(count: number) {
  const servers: Server[] = [];
  let open = 0;
  let most = 0;
  const sockets = new Set<{ destroy(): void }>();
  const urls = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer((socket) => {
        open++;
        most = Math.max(most, open);
        sockets.add(socket);
        socket.resume().on("error", () => {});
        socket.on("close", () => {
          open--;
          sockets.delete(socket);
        });
      });
      servers.push(server);
      await once(server.listen(0, "127.0.0.1"), "listening");
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }),
  );
  return {
    urls,
    connections: () => open,
    /** The most connections that were open at the same time. */
    most: () => most,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

const hostile = { prompt: "hostile", image_url: hostedImage };

/** Submits a job again and again, as its answers ask for, while executions or storage are busy: the key names one job. */
async function insist(stack: EmulatorStack, apiKey: string, key: string, input: object, callback_url: string) {
  const headers = { "x-api-key": apiKey, "idempotency-key": key };
  for (;;) {
    const { status, body } = await submit(stack.url, input, headers, { callback_url });
    if (status < 300) return body.id;
    expect(["integration_failure", "storage_unavailable"]).toContain(body.code);
    await delay(retryMs);
  }
}

async function insistOn(stack: EmulatorStack, path: string): Promise<void> {
  for (;;) {
    const { status } = await call(stack.url, path, { method: "POST", headers: { "x-api-key": hostileKey } });
    if (status < 300) return;
    expect(status).toBe(500);
    await delay(retryMs);
  }
}

/** How long a client of an event stream waits before it connects again, as the stream tells it. */
const reconnectMs = 2_000;

/** Opens a stream for each job again and again, whenever it is refused or has ended, until `close`. */
function keepOpening({ url }: EmulatorStack, ids: readonly string[]) {
  const connections = new Set<AbortController>();
  let isOver = false;
  const insistOn = async (id: string) => {
    while (!isOver) {
      const connection = new AbortController();
      connections.add(connection);
      try {
        const headers = { "x-api-key": hostileKey };
        const response = await fetch(`${url}/jobs/${id}/events`, { headers, signal: connection.signal });
        for await (const _ of response.body ?? []);
      } catch {
        // The end, or a connection that was closed.
      }
      connections.delete(connection);
      await delay(reconnectMs);
    }
  };
  const all = ids.map(insistOn);
  return async () => {
    isOver = true;
    for (const connection of connections) connection.abort();
    await Promise.all(all);
  };
}
