import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser } from "puppeteer-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { addFaults, call, hostedImage, inlineImage } from "../end-to-end/caller.ts";
import { type EmulatorStack, startWithEmulator } from "../end-to-end/emulator-stack.ts";
import { chooseFile, lacksChromium, startChromium, type Visit, visit, watchVideo } from "./chromium.ts";
import { servePages } from "./page-server.ts";

const picture = fileURLToPath(new URL("../../local/sample/sample.jpg", import.meta.url));
const dayMs = 86_400_000;
const answerSchema = z.object({
  data: z.object({ video: z.object({ url: z.url() }) }),
  requestId: z.string().min(1),
  enqueued: z.array(z.string()),
  updates: z.array(z.object({ status: z.string(), logs: z.array(z.object({ message: z.string() })).nullish() })),
});

let folder: string;
let stack: EmulatorStack;
let browser: Browser;
let pages: Awaited<ReturnType<typeof servePages>>;
let tab: Visit;

describe.skipIf(lacksChromium)("fal's samples, in a browser and from another origin", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fal-jobs-samples-"));
    // Longer than fal is not asked again (rule P32), so that the client sees every state.
    stack = await startWithEmulator({ RENDER_SECONDS: "3" });
    await addFaults(
      stack.falUrl,
      { prompt: "never", queue_ms: dayMs, times: "all" },
      // Long enough in the queue to be visible there.
      { prompt: "waves", queue_ms: 2_500, times: "all" },
    );
    await bundlePage(folder);
    pages = await servePages(folder);
    browser = await startChromium();
  });

  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await stack?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(() => open("local-key"));

  afterEach(async () => {
    await tab.page.close();
    expect(tab.faults).toEqual([]);
  });

  it("subscribe uploads a File from an input automatically, and reports queue updates, log lines and the video", async () => {
    await chooseFile(tab.page, "input", picture);
    await expectVideo(await run("autoUpload", "waves"));
  });

  it("subscribe works the same in streaming mode", async () => {
    await chooseFile(tab.page, "input", picture);
    await expectVideo(await run("autoUpload", "waves", { mode: "streaming" }));
  });

  it("subscribe accepts a data URI", async () => {
    await expectVideo(await run("subscribe", { prompt: "waves", image_url: inlineImage }));
  });

  it("storage.upload, queue.submit, queue.status and queue.result work step by step", async () => {
    await chooseFile(tab.page, "input", picture);
    await expectVideo(await run("submitAndPoll", "waves"));
  });

  it("queue.cancel cancels a waiting request", async () => {
    expect(await run("failure", "cancel", { prompt: "never", image_url: hostedImage })).toMatchObject({
      kind: "ApiError",
      status: 499,
    });
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 499")]);
  });

  it("invalid input is a ValidationError that names its fields", async () => {
    const input = { prompt: 5, image_url: hostedImage, speed: 2 };
    expect(await run("failure", "subscribe", input)).toMatchObject({
      kind: "ValidationError",
      status: 422,
      fieldErrors: expect.arrayContaining([
        expect.objectContaining({ loc: ["body", "prompt"], type: "string_type" }),
        expect.objectContaining({ loc: ["body", "speed"], type: "extra_forbidden" }),
      ]),
    });
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 422")]);
  });

  it("a wrong key is an error that the page can read", async () => {
    await tab.page.close();
    await open("wrong-key");
    const input = { prompt: "waves", image_url: hostedImage };
    expect(await run("failure", "subscribe", input)).toMatchObject({ kind: "ApiError", status: 401 });
    expect(tab.faults.splice(0)).toEqual([expect.stringContaining("status of 401")]);
  });
});

async function open(key: string): Promise<void> {
  tab = await visit(browser, `${pages.url}/samples.html?${new URLSearchParams({ api: stack.url, key })}`);
}

function run(sample: string, ...args: readonly unknown[]): Promise<unknown> {
  return tab.page.evaluate(`samples.${sample}(...${JSON.stringify(args)})`);
}

/** The request went through the queue as at fal, its log was shown, its video plays, and it is a job of the caller. */
async function expectVideo(answer: unknown): Promise<void> {
  const { data, requestId, enqueued, updates } = answerSchema.parse(answer);
  expect(enqueued).toEqual([requestId]);
  const statuses = [...new Set(updates.map(({ status }) => status))];
  expect(statuses).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
  expect(updates.at(-1)?.logs?.map(({ message }) => message)).toContain("frame 30/30");
  await run("play", data.video.url);
  expect(await watchVideo(tab.page)).toBe(1280);
  expect((await call(stack.url, `/jobs/${requestId}`)).body).toMatchObject({ id: requestId, status: "succeeded" });
}

async function bundlePage(outdir: string): Promise<void> {
  const entryPoints = ["samples.mjs", "samples.html"].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  await build({ entryPoints, outdir, bundle: true, platform: "browser", loader: { ".html": "copy" } });
}
