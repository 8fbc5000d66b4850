import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { java } from "../support/engines.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { call, readLedger, sampleImage, submit, waitUntilSettled } from "./caller.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { findProcesses, killLeftovers, runLocalStack, startLocalStack } from "./local-stack.ts";

const jobs = 20;
let dataDir: string;
let port: number;

beforeEach(async () => {
  dataDir = await makeDataDir();
  port = await claimTwoPorts();
});

afterEach(async () => {
  const nothingRuns = expect.poll(() => findProcesses(dataDir), { timeout: 60_000, interval: 500 }).toEqual([]);
  await nothingRuns.finally(killLeftovers);
  await removeDataDir(dataDir);
});

describe.each(["dynalite", "java"] as const)("a local stack on %s that is killed with jobs in flight", (kind) => {
  it.runIf(kind === "dynalite" || java)(
    "still has every accepted job after the next start, and settles it",
    async () => {
      const env = { RENDER_SECONDS: "2", DYNAMODB_ENGINE: kind };
      const killed = await startLocalStack(port, dataDir, env, "node");
      const image_url = await sampleImage();
      // A table that has just started may be too slow for twenty jobs at once; then callers repeat their requests.
      const insist = async (index: number) => {
        const headers = { "idempotency-key": `waves ${index}` };
        for (;;) {
          const answer = await submit(killed.url, { prompt: `waves ${index}`, image_url }, headers);
          if (answer.status !== 503) return answer;
        }
      };
      const answers = await Promise.all(Array.from({ length: jobs }, (_, index) => insist(index)));
      expect(answers.map(({ status }) => status < 300)).toEqual(Array(jobs).fill(true));
      await killed.kill("SIGKILL");

      const { url, falUrl, kill } = await startLocalStack(port, dataDir, env, "node");
      const reads = await Promise.all(answers.map(({ body }) => call(url, `/jobs/${body.id}`)));
      expect(reads.map(({ status }) => status)).toEqual(Array(jobs).fill(200));
      const settled = await Promise.all(answers.map(({ body }) => waitUntilSettled(url, body.id)));
      expect(settled.map(({ status }) => status)).toEqual(Array(jobs).fill("succeeded"));
      expect((await readLedger(falUrl)).posts).toHaveLength(jobs);
      expect(await kill("SIGTERM")).toBe(0);
    },
  );
});

describe("a local stack", () => {
  it("a local stack answers requests in flight and exits with 0 on SIGTERM, even if its whole process group receives it", async () => {
    const stack = await startLocalStack(port, dataDir);
    const health = call(stack.url, "/health");
    await expect.poll(() => fetch(`${stack.url}/nothing`).then(({ status }) => status)).toBe(404);
    expect(await stack.kill("SIGTERM")).toBe(0);
    expect((await health).status).toBe(200);
    expect(stack.output().match(/^ready /gm)).toHaveLength(1);
  });

  it.runIf(process.platform === "linux")("a local stack stops when npm, which started it, is killed", async () => {
    const stack = await startLocalStack(port, dataDir);
    stack.npm.kill("SIGKILL");
    await expect.poll(() => findProcesses(dataDir), { timeout: 60_000, interval: 500 }).toEqual([]);
  });

  it("a local stack rejects a data folder and a port that are in use, each in one line", async () => {
    const stack = await startLocalStack(port, dataDir);
    const sameFolder = await runLocalStack([], { PORT: String(await claimTwoPorts()), DATA_DIR: dataDir });
    expect(sameFolder.status).toBe(1);
    expect(sameFolder.output).toContain(`fal-jobs: another local stack is using ${dataDir}`);
    const samePort = await runLocalStack([], { PORT: String(port), DATA_DIR: join(dataDir, "other") });
    expect(samePort.status).toBe(1);
    expect(samePort.output).toContain(`fal-jobs: port ${port} is in use`);
    await stack.kill("SIGTERM");
  });

  it("a local stack rejects an invalid setting and an unknown option in one line", async () => {
    const badPort = await runLocalStack([], { PORT: "none", DATA_DIR: dataDir });
    expect(badPort.status).toBe(1);
    expect(badPort.output).toContain("fal-jobs: PORT: expected a whole number from 1 to 65534\n");
    const badOption = await runLocalStack(["--dmeo"], { DATA_DIR: dataDir });
    expect(badOption.status).toBe(1);
    expect(badOption.output).toContain("--dmeo");
  });
});
