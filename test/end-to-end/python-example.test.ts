import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFaults, call, readLedger } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { readMovie } from "./video.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const picture = join(root, "local/sample/sample.jpg");
const hasPython = spawnSync("python3", ["-c", "import requests"]).status === 0;

describe.skipIf(!hasPython)("the Python example (python3 with requests)", () => {
  let stack: EmulatorStack;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fal-jobs-python-"));
    stack = await startWithEmulator();
  });

  afterAll(async () => {
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("the Python example (python3 with requests) saves the video, and the same order again is the same job", async () => {
    const first = await make("the sea gets rough");
    const [track] = (await readMovie(await readFile(join(folder, "video.mp4")))).videoTracks;
    expect(track?.video).toMatchObject({ width: 1280, height: 720 });
    const again = await make("the sea gets rough");
    expect(jobIn(again)).toBe(jobIn(first));
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(1);
  });

  it("the Python example (python3 with requests) retries a job that failed, once for each run", async () => {
    const prompt = "the wind turns";
    const before = await readLedger(stack.falUrl);
    await addFaults(stack.falUrl, { prompt, outcome: "generation_timeout" });
    await expect(make(prompt)).rejects.toMatchObject({ stderr: expect.stringContaining("Generation timeout") });
    const retried = await make(prompt);
    expect(jobIn(await make(prompt))).toBe(jobIn(retried));
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(before.posts.length + 2);
  });

  it.each([
    ["a picture that is not there", "missing.jpg", {}, /No such file/],
    ["an address without http", picture, { FAL_JOBS_URL: "localhost:4000" }, /localhost/],
  ])(
    "the Python example (python3 with requests) says in one line what is wrong with %s",
    async (_, path, env, said) => {
      const run = make("waves", env, path);
      await expect(run).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(said) });
      await expect(run).rejects.toMatchObject({ stderr: expect.not.stringContaining("Traceback") });
    },
  );

  it("the Python example (python3 with requests) names the wrong field, and ends with 1", async () => {
    await expect(make("x".repeat(2_001))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^prompt must be at most 2000 characters/),
    });
  });

  it("the Python example (python3 with requests) receives a callback, and refuses a forged one", async () => {
    const { body } = await call(stack.url, "/callback-secret");
    const receiver = spawn("python3", [join(root, "examples/python/receive_callbacks.py"), "0"], {
      env: { ...process.env, SECRET: String(body.secret) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
      const [, port] = String((await lines.next()).value).split(" ");
      const url = `http://127.0.0.1:${port}/`;
      const forged = await fetch(url, { method: "POST", body: '{"type": "job.succeeded"}' });
      expect(forged.status).toBe(400);
      const made = await make("the tide turns", { CALLBACK_URL: url });
      expect((await lines.next()).value).toBe(`job.succeeded ${jobIn(made)?.split("/").at(-1)}`);
    } finally {
      receiver.kill();
      await once(receiver, "exit");
    }
  });

  async function make(prompt: string, env: Record<string, string> = {}, path = picture) {
    const { stdout } = await run("python3", [join(root, "examples/python/make_video.py"), path, prompt], {
      cwd: folder,
      env: { ...process.env, FAL_JOBS_URL: stack.url, FAL_JOBS_KEY: "local-key", ...env },
    });
    return stdout;
  }
});

function jobIn(output: string): string | undefined {
  return /^job (\S+)$/m.exec(output)?.[1];
}
