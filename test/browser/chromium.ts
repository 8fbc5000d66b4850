import { existsSync } from "node:fs";
import puppeteer, { type Browser, type BrowserContext, type Page } from "puppeteer-core";

const path = process.env.CHROMIUM || "/usr/bin/chromium";
const playTimeoutMs = 30_000;

/** True if no Chromium is found. With CI=true it is false, so that the tests that need one run and fail. */
export const lacksChromium = !existsSync(path) && process.env.CI !== "true";

/** A page, with all errors so far: its own, the console's, and requests without an answer. */
export type Visit = { readonly page: Page; readonly faults: string[] };

/**
 * Starts the Chromium that `CHROMIUM` names, or Debian's, without a window. It can reach nothing outside this machine.
 */
export function startChromium(): Promise<Browser> {
  const args = [
    // Chromium refuses to start in its sandbox as root, which CI uses; it opens only our own pages.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    // A call that bypasses the API and goes to fal itself fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ];
  return puppeteer.launch({ executablePath: path, args });
}

/** Opens an address in a new tab. */
export async function visit(browser: Browser | BrowserContext, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`uncaught: ${error}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) faults.push(message.text());
  });
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure() ?? {};
    // The page itself cancelled: a player that has read enough of a file. Chromium also reports the end of any stream
    // under `cache-control: no-store` this way.
    if (errorText === "net::ERR_ABORTED") return;
    faults.push(`${request.method()} ${request.url()}: ${errorText}`);
  });
  await page.goto(url);
  return { page, faults };
}

/** Clicks on a file input and chooses a file in the dialog that opens. */
export async function chooseFile(page: Page, selector: string, file: string): Promise<void> {
  const [dialog] = await Promise.all([page.waitForFileChooser(), page.click(selector)]);
  await dialog.accept([file]);
}

/** Waits until the page's video plays, and returns its width in pixels. */
export async function watchVideo(page: Page): Promise<unknown> {
  await page.waitForFunction("document.querySelector('video')?.currentTime > 0.2", { timeout: playTimeoutMs });
  return page.evaluate("document.querySelector('video').videoWidth");
}
