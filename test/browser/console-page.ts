import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, ElementHandle, Page, Viewport } from "puppeteer-core";
import { type Visit, visit } from "./chromium.ts";

export const VIEWPORTS = {
  desk: { width: 1280, height: 900 },
  phone: { width: 390, height: 844, isMobile: true, hasTouch: true, deviceScaleFactor: 2 },
} as const satisfies Record<string, Viewport>;

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** Opens the console in a browser context of its own, so that no other test's key is in it. */
export async function openConsole(browser: Browser, url: string, viewport: Viewport): Promise<Visit> {
  const context = await browser.createBrowserContext();
  const tab = await visit(context, "about:blank");
  await tab.page.setViewport(viewport);
  await tab.page.goto(url);
  return tab;
}

/** Clicks on what has the role and whose name starts with the text. */
export async function press(page: Page, name: string, role: "button" | "link" | "tab" | "checkbox" = "button") {
  await page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
}

/** Waits for an element that has the text. */
export function see(page: Page, text: string, selector = "body"): Promise<ElementHandle | null> {
  return page.waitForSelector(`${selector} ::-p-text(${text})`, { timeout: 60_000 }) as Promise<ElementHandle | null>;
}

/** Replaces what is in a field, as a reader of the page does. */
export async function fill(page: Page, selector: string, text: string): Promise<void> {
  const field = await page.waitForSelector(selector);
  await field?.evaluate((element) => (element as unknown as { select(): void }).select());
  await field?.type(text);
  await field?.dispose();
}

/** What axe-core finds in the page as it is, in the light and in the dark theme. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(axePath, "utf8"));
  const found: string[] = [];
  for (const theme of ["light", "dark"]) {
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: theme },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    const violations = (await page.evaluate(
      "axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))))",
    )) as readonly string[];
    found.push(...violations.map((each) => `${theme}: ${each}`));
  }
  return found;
}
