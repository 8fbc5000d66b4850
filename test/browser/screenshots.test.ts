import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFaults, sampleImage, submit, waitUntilKept, waitUntilSettled } from "../end-to-end/caller.ts";
import { type EmulatorStack, startWithEmulator } from "../end-to-end/emulator-stack.ts";
import { lacksChromium, startChromium } from "./chromium.ts";
import { openConsole, press, see, VIEWPORTS } from "./console-page.ts";

/** `npm run screenshots` sets it. Then the pictures of the guide are taken again. */
const isMaking = process.env.MAKE_SCREENSHOTS === "1";
const folder = join(import.meta.dirname, "../../docs/guide/console");
/** Pictures are compared this small, so that fonts and times of day do not matter. */
const comparedPx = 32;
/** Of 255, on average. */
const differenceMax = 8;

let browser: Browser;
let stack: EmulatorStack;

describe.skipIf(lacksChromium)("the pictures of the guide", () => {
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startWithEmulator({ RENDER_SECONDS: "2" }), startChromium()]);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  it("the pictures of the guide look like the console of today", async () => {
    const image_url = await sampleImage();
    const kept = await make("the beam of the lighthouse sweeps over the sea", { customer: "ada" });
    await waitUntilKept(stack.url, kept);
    await addFaults(stack.falUrl, { prompt: "a storm comes up", outcome: "content_policy_violation" });
    const failed = await make("a storm comes up", { customer: "grace" });
    await waitUntilSettled(stack.url, failed);
    const { page } = await openConsole(browser, `${stack.url}/#key=local-key&fal=${encodeURIComponent(stack.falUrl)}`, {
      ...VIEWPORTS.desk,
      height: 860,
    });
    await press(page, "Use the sample");
    await see(page, "This video costs about");
    await compare(page, "create");
    await open(page, `jobs/${kept}`, "SHA-256");
    await page.waitForFunction("document.querySelector('video')?.readyState >= 2");
    await compare(page, "job");
    await open(page, `jobs/${failed}`, "What to do");
    await compare(page, "failed");
    await open(page, "jobs", "a storm comes up");
    await compare(page, "jobs");
    await open(page, "break", "renders billed".replace("renders", "render"));
    await compare(page, "break");
    await page.setViewport(VIEWPORTS.phone);
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    await open(page, `jobs/${kept}`, "SHA-256");
    await page.waitForFunction("document.querySelector('video')?.readyState >= 2");
    await compare(page, "phone");

    async function make(prompt: string, metadata: Record<string, string>): Promise<string> {
      return (await submit(stack.url, { prompt, image_url }, {}, { metadata })).body.id;
    }
  });
});

async function open(page: Page, screen: string, text: string): Promise<void> {
  await page.goto(`${stack.url}/#/${screen}`);
  await see(page, text);
}

async function compare(page: Page, name: string): Promise<void> {
  const png = await page.screenshot();
  const file = join(folder, `${name}.webp`);
  if (isMaking) {
    await mkdir(folder, { recursive: true });
    await writeFile(file, await sharp(png).webp({ quality: 82 }).toBuffer());
  }
  const [now, then] = await Promise.all([small(sharp(png)), small(sharp(file))]);
  const difference = now.reduce((sum, value, place) => sum + Math.abs(value - (then[place] ?? 0)), 0) / now.length;
  expect(difference, `${name}.webp is of another time: run npm run screenshots`).toBeLessThan(differenceMax);
}

function small(picture: Sharp): Promise<Buffer> {
  return picture.resize(comparedPx, comparedPx, { fit: "fill" }).greyscale().raw().toBuffer();
}
