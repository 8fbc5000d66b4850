import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addFaults, readLedger } from "../end-to-end/caller.ts";
import { type EmulatorStack, startWithEmulator } from "../end-to-end/emulator-stack.ts";
import { readMovie } from "../end-to-end/video.ts";
import { chooseFile, lacksChromium, startChromium, type Visit, visit, watchVideo } from "./chromium.ts";
import { servePages } from "./page-server.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const picture = join(root, "local/sample/sample.jpg");
let stack: EmulatorStack;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-examples-"));
  stack = await startWithEmulator({ RENDER_SECONDS: "3" });
});

afterAll(async () => {
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the Node example", () => {
  it("tells what happens and saves the video where it was started", async () => {
    const { stdout } = await start("sample.jpg", "the sea gets rough");
    for (const line of ["uploaded sample.jpg", "IN_PROGRESS", "  frame 30/30", "COMPLETED"]) {
      expect(stdout.split("\n")).toContain(line);
    }
    const [track] = (await readMovie(await readFile(join(folder, "video.mp4")))).videoTracks;
    expect(track?.video).toMatchObject({ width: 1280, height: 720 });
  });

  it("takes the repository's sample where no picture is named", async () => {
    const { stdout } = await start();
    expect(stdout).toContain("uploaded sample.jpg");
    const { requests } = await readLedger(stack.falUrl);
    expect(requests.at(-1)?.input).toMatchObject({ prompt: expect.stringContaining("lighthouse") });
  });

  it("says what is wrong, and ends with 1", async () => {
    await expect(start("sample.jpg", "x".repeat(2_001))).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^body\.prompt: \S/),
    });
    await expect(start("nothing.jpg")).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("nothing.jpg"),
    });
  });

  async function start(...args: readonly string[]) {
    await writeFile(join(folder, "sample.jpg"), await readFile(picture));
    const env = { ...process.env, INIT_CWD: folder, FAL_JOBS_URL: stack.url, FAL_JOBS_KEY: "local-key" };
    return run(process.execPath, [join(root, "examples/node/index.mjs"), ...args], { cwd: root, env });
  }
});

describe.skipIf(lacksChromium)("the React example, built and used by clicking", () => {
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

  it("shows its place in the queue, what the model logs, and a video that plays", async () => {
    await addFaults(stack.falUrl, { prompt: "waves", queue_ms: 2_000 });
    await order(picture, "waves");
    await see("In the queue, 0 ahead of you");
    await see("Making your video");
    await see("frame");
    await see("Done.");
    expect(await watchVideo(tab.page)).toBe(1280);
  });

  it("shows beside the prompt what is wrong with it, and takes a better one", async () => {
    await order(picture, "x".repeat(2_001));
    expect(await faultOf(promptField)).toMatch(/\S/);
    expect(await faultOf(pictureField)).toBe("");
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 422")]);
    await order(picture, "waves");
    await see("Done.");
  });

  it("shows beside the picture that it is none", async () => {
    const text = join(folder, "text.png");
    await writeFile(text, "This is no picture.");
    await order(text, "waves");
    expect(await faultOf(pictureField)).toMatch(/\S/);
    expect(await faultOf(promptField)).toBe("");
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 422")]);
  });

  async function order(file: string, prompt: string): Promise<void> {
    await chooseFile(tab.page, pictureField, file);
    // Three clicks select what stands there.
    await tab.page.click(promptField, { count: 3 });
    await tab.page.keyboard.sendCharacter(prompt);
    await tab.page.click(button);
  }

  /** Waits until a text is to be seen. */
  async function see(text: string): Promise<void> {
    await tab.page.waitForSelector(`::-p-text(${text})`, { visible: true });
  }

  /** What a field is described by, once something of the form was refused. */
  async function faultOf(field: string): Promise<unknown> {
    await tab.page.waitForSelector("[aria-invalid='true']");
    const id = await tab.page.$eval(field, (input) => input.getAttribute("aria-describedby"));
    return tab.page.$eval(`#${id}`, (fault) => fault.textContent);
  }
});
