import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addFaults, readLedger } from "../end-to-end/caller.ts";
import { type EmulatorStack, startWithEmulator } from "../end-to-end/emulator-stack.ts";
import { readMovie } from "../end-to-end/video.ts";
import { startFlakyProxy } from "../support/flaky-proxy.ts";
import { chooseFile, lacksChromium, startChromium, type Visit, visit, watchVideo } from "./chromium.ts";
import { servePages } from "./page-server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const picture = join(root, "local/sample/sample.jpg");
let stack: EmulatorStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-examples-"));
  // Twice as long as fal is not asked again (rule P32), so that each state and log line is seen.
  stack = await startWithEmulator({ RENDER_SECONDS: "5" });
});

afterAll(async () => {
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the Node example", () => {
  it("the Node example reports its progress and saves the video in the working directory", async () => {
    const { stdout } = await start("sample.jpg", "the sea gets rough");
    for (const line of ["uploaded sample.jpg", "IN_PROGRESS", "  frame 30/30", "COMPLETED"]) {
      expect(stdout.split("\n")).toContain(line);
    }
    const [track] = (await readMovie(await readFile(join(folder, "video.mp4")))).videoTracks;
    expect(track?.video).toMatchObject({ width: 1280, height: 720 });
  });

  it("the Node example uses the repository's sample image when none is given", async () => {
    const { stdout } = await start();
    expect(stdout).toContain("uploaded sample.jpg");
    const { requests } = await readLedger(stack.falUrl);
    expect(requests.at(-1)?.input).toMatchObject({ prompt: expect.stringContaining("lighthouse") });
  });

  it("the Node example prints the error and exits with 1", async () => {
    await expect(start("sample.jpg", "x".repeat(2_001))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^prompt must be at most 2000 characters/),
    });
    await expect(start("nothing.jpg")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing.jpg"),
    });
  });

  it("the Node example continues the same job when it was killed in the middle, and pays once", async () => {
    const before = (await readLedger(stack.falUrl)).posts.length;
    const killed = run(...command("sample.jpg", "killed in the middle"));
    await new Promise<void>((resolve) => {
      killed.child.stdout?.on("data", (text: string) => text.includes("submitted, request") && resolve());
    });
    killed.child.kill("SIGKILL");
    await expect(killed).rejects.toMatchObject({ signal: "SIGKILL" });
    const { stdout } = await start("sample.jpg", "killed in the middle");
    expect(stdout).toContain("saved ");
    expect((await readLedger(stack.falUrl)).posts.length).toBe(before + 1);
    expect(await readdir(folder)).not.toContain("video.mp4.node.json");
  });

  it("the Node example repeats a submission whose answer was lost, and pays once", async () => {
    const before = (await readLedger(stack.falUrl)).posts.length;
    const proxy = await startFlakyProxy(stack.url);
    try {
      const lost = run(...command("sample.jpg", "an answer is lost", proxy.url));
      const loses = expect.poll(() => proxy.control.forwarded).toBeGreaterThan(0);
      await Promise.race([loses, lost]);
      proxy.control.loseNextAnswers = 2;
      expect((await lost).stdout).toContain("saved ");
    } finally {
      await proxy.close();
    }
    expect((await readLedger(stack.falUrl)).posts.length).toBe(before + 1);
  });

  async function start(...args: readonly string[]) {
    await writeFile(join(folder, "sample.jpg"), await readFile(picture));
    return run(...command(...args));
  }

  function command(file?: string, prompt?: string, url = stack.url) {
    const args = [file, prompt].filter((each) => each !== undefined);
    const env = { ...process.env, INIT_CWD: folder, FAL_JOBS_URL: url, FAL_JOBS_KEY: "local-key" };
    return [process.execPath, [join(root, "examples/node/index.mjs"), ...args], { cwd: root, env }] as const;
  }
});

describe.skipIf(lacksChromium)("the React example in a browser", () => {
  const pictureField = "#image";
  const promptField = "aria/What should happen?";
  const button = "aria/Make a video[role='button']";
  let browser: Browser;
  let pages: Awaited<ReturnType<typeof servePages>>;
  let tab: Visit;

  beforeAll(async () => {
    const dist = join(folder, "dist");
    const env = { ...process.env, VITE_FAL_JOBS_URL: stack.url, VITE_FAL_JOBS_KEY: "local-key" };
    await run("npm", ["run", "build", "-w", "examples/react-vite", "--", "--outDir", dist], { cwd: root, env });
    pages = await servePages(dist);
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await pages?.close();
  });

  beforeEach(async () => {
    tab = await visit(browser, pages.url);
  });

  afterEach(async () => {
    await tab.page.close();
    expect(tab.faults).toEqual([]);
  });

  it("the React example in a browser shows the queue position, the model's log lines, and a playable video", async () => {
    await addFaults(stack.falUrl, { prompt: "waves", queue_ms: 5_000 });
    await order(picture, "waves");
    await see("In the queue, 0 ahead of you");
    await see("Making your video");
    await see("frame");
    await see("Done.");
    expect(await watchVideo(tab.page)).toBe(1280);
  });

  it("the React example in a browser shows the error beside the prompt, then accepts a corrected prompt", async () => {
    await order(picture, "x".repeat(2_001));
    expect(await faultOf(promptField)).toMatch(/\S/);
    expect(await faultOf(pictureField)).toBe("");
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 422")]);
    await order(picture, "waves");
    await see("Done.");
  });

  it("the React example in a browser shows an error beside the image field when the file is not an image", async () => {
    const text = join(folder, "text.png");
    await writeFile(text, "This is no picture.");
    await order(text, "waves");
    expect(await faultOf(pictureField)).toMatch(/\S/);
    expect(await faultOf(promptField)).toBe("");
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 422")]);
  });

  it("the React example in a browser continues the same video after a reload, and pays once", async () => {
    const before = (await readLedger(stack.falUrl)).posts.length;
    await order(picture, "a reload in the middle");
    await see("Making your video");
    await tab.page.reload();
    await see("Done.");
    expect(await watchVideo(tab.page)).toBe(1280);
    expect((await readLedger(stack.falUrl)).posts.length).toBe(before + 1);
  });

  it("the React example in a browser says that there is no connection, and continues when it is back", async () => {
    await order(picture, "the connection goes away");
    await see("Making your video");
    await tab.page.setOfflineMode(true);
    await see("No connection.");
    await tab.page.setOfflineMode(false);
    await see("Done.");
    expect(tab.faults.splice(0).join()).toContain("ERR_INTERNET_DISCONNECTED");
  });

  async function order(file: string, prompt: string): Promise<void> {
    await chooseFile(tab.page, pictureField, file);
    // Three clicks select the existing text.
    await tab.page.click(promptField, { count: 3 });
    await tab.page.keyboard.sendCharacter(prompt);
    await tab.page.click(button);
  }

  /** Waits until a text is visible. */
  async function see(text: string): Promise<void> {
    await tab.page.waitForSelector(`::-p-text(${text})`, { visible: true });
  }

  /** The text of a field's `aria-describedby`, after the form was rejected. */
  async function faultOf(field: string): Promise<unknown> {
    await tab.page.waitForSelector("[aria-invalid='true']");
    const id = await tab.page.$eval(field, (input) => input.getAttribute("aria-describedby"));
    return tab.page.$eval(`#${id}`, (fault) => fault.textContent);
  }
});
