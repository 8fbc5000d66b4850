import { existsSync } from "node:fs";
import puppeteer, { type Browser, type Page } from "puppeteer-core";

const path = process.env.CHROMIUM || "/usr/bin/chromium";
const playTimeoutMs = 30_000;

/** True where no Chromium is found. With CI=true it is false: there the tests that need one run, and fail. */
export const lacksChromium = !existsSync(path) && process.env.CI !== "true";

/** A page, with all that went wrong in it so far: its own errors, the console's, and requests without an answer. */
export type Visit = { readonly page: Page; readonly faults: string[] };

/** Starts the Chromium that `CHROMIUM` names, or Debian's, without a window. Nothing beyond this machine can be reached from it. */
export function startChromium(): Promise<Browser> {
  const args = [
    // For root, whom CI runs as, it refuses to start in its sandbox; it opens pages of ours alone.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    // A call that went past the API, to fal itself, fails.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ];
  return puppeteer.launch({ executablePath: path, args });
}

/** Opens an address in a tab of its own. */
export async function visit(browser: Browser, url: string): Promise<Visit> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`uncaught: ${error}`));
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) faults.push(message.text());
  });
  page.on("requestfailed", (request) => {
    const { errorText } = request.failure() ?? {};
    // The page itself left: a player that knows enough of a file. And so Chromium calls the end of any stream under `cache-control: no-store`.
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

/** Waits until the page's video plays, and gives its width in pixels. */
export async function watchVideo(page: Page): Promise<unknown> {
  await page.waitForFunction("document.querySelector('video')?.currentTime > 0.2", { timeout: playTimeoutMs });
  return page.evaluate("document.querySelector('video').videoWidth");
}
