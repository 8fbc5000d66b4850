import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFlakyProxy } from "../support/flaky-proxy.ts";
import { findNode24 } from "../support/node24.ts";
import { addFaults, call, readLedger } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { readMovie } from "./video.ts";

type FlakyProxy = Awaited<ReturnType<typeof startFlakyProxy>>;

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const example = join(root, "examples/ai-sdk");
const picture = join(root, "local/sample/sample.jpg");
// The SDK is published for Node 22 and later. What the example needs of it also runs on Node 20.
const node = findNode24() ?? process.execPath;

describe("the AI SDK example", () => {
  let stack: EmulatorStack;
  let proxy: FlakyProxy;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fal-jobs-ai-sdk-"));
    stack = await startWithEmulator({ RENDER_SECONDS: "3" });
    proxy = await startFlakyProxy(stack.url);
  });

  afterAll(async () => {
    await proxy?.close();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("the AI SDK example saves the video, and the endpoint has no fal-ai/ in front", async () => {
    const { stdout } = await start("the sea gets rough");
    const { body } = await call(stack.url, `/jobs/${jobIn(stdout)}`);
    expect(body).toMatchObject({ status: "succeeded", endpoint: "decart/lucy-14b/image-to-video" });
    expect(await readdir(folder)).toEqual(["video.mp4"]);
    await expectFilm();
  });

  it("the AI SDK example renders once although the SDK repeats a lost submission three times", async () => {
    proxy.control.loseNextAnswers = 3;
    const { stdout, stderr } = await start("three answers are lost", proxy.url);
    expect(stderr.match(/no connection to/g)).toHaveLength(3);
    expect(proxy.control.loseNextAnswers).toBe(0);
    expect(stdout).toContain("saved ");
    expect(await countRenders("three answers are lost")).toBe(1);
  });

  it("the AI SDK example gets its result although answers to the polls are lost or are a gateway's 504", async () => {
    const { child, ended } = startAndWatch("a gateway times out", proxy.url);
    await seeRequest(child);
    proxy.control.timeOutNextAnswers = 2;
    await expect.poll(() => proxy.control.timeOutNextAnswers).toBe(0);
    proxy.control.loseNextAnswers = 1;
    const { stdout } = await ended;
    expect(stdout).toContain("saved ");
    expect(await countRenders("a gateway times out")).toBe(1);
    await expectFilm();
  });

  it("the AI SDK example continues the same job when it was killed in the middle, and pays once", async () => {
    const killed = startAndWatch("killed in the middle");
    await seeRequest(killed.child);
    killed.child.kill("SIGKILL");
    await expect(killed.ended).rejects.toMatchObject({ signal: "SIGKILL" });
    // An answer that is not about the job does not end it.
    await expect(start("killed in the middle", stack.url, { FAL_JOBS_KEY: "no-key" })).rejects.toThrow();
    const { stdout } = await start("killed in the middle");
    expect(stdout).toContain("saved ");
    expect(stdout).not.toContain("submitted");
    expect(await countRenders("killed in the middle")).toBe(1);
    expect(await readdir(folder)).not.toContain("video.mp4.ai-sdk.json");
  });

  it("the AI SDK example says what is wrong, and ends with 1", async () => {
    await expect(start("x".repeat(2_001))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^prompt must be at most 2000 characters/),
    });
    await expect(start("another key", stack.url, { FAL_JOBS_KEY: "no-key" })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Send a valid API key/),
    });
  });

  it("the AI SDK example makes a new job after one that failed", async () => {
    await addFaults(stack.falUrl, { prompt: "fails once", outcome: "content_policy_violation" });
    await expect(start("fails once")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("flagged by a content checker"),
    });
    expect((await start("fails once")).stdout).toContain("saved ");
    expect(await countRenders("fails once")).toBe(2);
  });

  it("generateVideo with the AI SDK example's model renders once although two answers are lost", async () => {
    proxy.control.loseNextAnswers = 2;
    const path = join(folder, "generated.mp4");
    const program = `
      import { readFile, writeFile } from "node:fs/promises";
      import { experimental_generateVideo as generateVideo } from "ai";
      import { falJobs } from "./fal-jobs.mjs";
      const endpoint = "decart/lucy-14b/image-to-video";
      const { video } = await generateVideo({
        model: falJobs({ url: ${JSON.stringify(proxy.url)}, key: "local-key", endpoint }),
        prompt: { image: await readFile(${JSON.stringify(picture)}), text: "generated" },
        poll: { intervalMs: 500 },
        download: async ({ url }) => ({ data: new Uint8Array(await (await fetch(url)).arrayBuffer()) }),
      });
      await writeFile(${JSON.stringify(path)}, video.uint8Array);`;
    await run(node, ["--input-type=module", "-e", program], { cwd: example });
    expect(await countRenders("generated")).toBe(1);
    await expectFilm(path);
  });

  async function expectFilm(path = join(folder, "video.mp4")) {
    const [track] = (await readMovie(await readFile(path))).videoTracks;
    expect(track?.video).toMatchObject({ width: 1280, height: 720 });
    await rm(path);
  }

  async function countRenders(prompt: string): Promise<number> {
    const { requests } = await readLedger(stack.falUrl);
    return requests.filter(({ input }) => (input as { prompt?: string }).prompt === prompt).length;
  }

  function start(prompt: string, url = stack.url, changed: Record<string, string> = {}) {
    return startAndWatch(prompt, url, changed).ended;
  }

  function startAndWatch(prompt: string, url = stack.url, changed: Record<string, string> = {}) {
    const env = { ...process.env, INIT_CWD: folder, FAL_JOBS_URL: url, FAL_JOBS_KEY: "local-key", ...changed };
    const ended = run(node, [join(example, "index.mjs"), picture, prompt], { cwd: root, env });
    return { child: ended.child, ended };
  }
});

async function seeRequest(child: ReturnType<typeof execFile>): Promise<void> {
  await new Promise<void>((resolve) => {
    child.stdout?.on("data", (text: string) => text.includes("the request is ") && resolve());
  });
}

function jobIn(output: string): string | undefined {
  return /^the request is (\S+)$/m.exec(output)?.[1];
}
