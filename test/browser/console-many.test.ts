import type { Browser, Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Job } from "../../console/types.ts";
import { lacksChromium, startChromium } from "./chromium.ts";
import { findBarriers, openConsole, press, see, VIEWPORTS } from "./console-page.ts";
import { startStubApi } from "./stub-api.ts";

const manyJobs = 10_000;
const frameMaxMs = 50;
const scrolledScreens = 100;
const scrollTries = 3;
/** The page's clock runs so much faster than the real one. */
const clockSpeed = 100;
const hourMs = 3_600_000;
const heapGrowthMaxBytes = 2_000_000;

/** Texts that break pages which take them for something else. */
const hostileTexts = [
  "<script>window.hacked = 1</script>",
  '"><img src=x onerror="window.hacked = 2">',
  "<svg onload=window.hacked=3>",
  "<iframe srcdoc='<script>parent.hacked = 4</script>'></iframe>",
  "javascript:window.hacked=5",
  "</style><style>*{display:none}</style>",
  "{{constructor.constructor('window.hacked = 6')()}}",
  "\u202Egnp.exe\u202C right to left \u2067override\u2069",
  "مرحبا بالعالم",
  `long ${"x".repeat(10_000)}`,
  `wide ${"Ｗ".repeat(500)} 👩‍👩‍👧‍👦 z${"\u0310".repeat(100)}`,
  "__proto__",
] as const;

let browser: Browser;

describe.skipIf(lacksChromium)("the console", () => {
  beforeAll(async () => {
    browser = await startChromium();
  });

  afterAll(() => browser?.close());

  it("the console shows hostile text as text: prompts, metadata, errors, logs and output", async () => {
    const jobs = hostileTexts.map((text, place) => jobOf(place, text));
    const api = await startStubApi(jobs);
    try {
      for (const viewport of Object.values(VIEWPORTS)) {
        const { page, faults } = await openConsole(browser, `${api.url}/#key=k`, viewport);
        await see(page, "Create a video");
        await page.goto(`${api.url}/#/jobs`);
        await page.waitForSelector("[data-place]");
        expect(await harmOf(page)).toEqual({});
        for (const [place, text] of hostileTexts.entries()) {
          await page.goto(`${api.url}/#/jobs/${jobs[place]?.id}`);
          await see(page, `The error of ${place}`);
          const shown = (await page.evaluate("document.querySelector('#app').textContent")) as string;
          const asJson = JSON.stringify(`seed ${text}`);
          for (const part of [`prompt ${text}`, `value ${text}`, `message ${text}`, `line ${text}`, asJson])
            expect(shown.includes(part), part.slice(0, 60)).toBe(true);
          expect(await harmOf(page), text.slice(0, 40)).toEqual({});
        }
        expect(await findBarriers(page)).toEqual([]);
        expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
        await page.close();
      }
    } finally {
      await api.close();
    }
  });

  it("the console's list keeps the focus and the view on the same jobs when newer ones come", async () => {
    const jobs = Array.from({ length: 90 }, (_, place) => jobOf(place, `number ${place}`));
    const api = await startStubApi(jobs);
    try {
      const { page } = await openConsole(browser, `${api.url}/#key=k`, VIEWPORTS.desk);
      await see(page, "fal-jobs");
      await page.goto(`${api.url}/#/jobs`);
      await page.waitForSelector("[data-place='3']");
      await page.focus("[data-place='3'] input");
      const shown = () =>
        page.evaluate(`(() => {
          const row = document.activeElement.closest("[data-place]");
          const top = document.querySelector(".virtual").getBoundingClientRect().top;
          return [row?.textContent.match(/number \\d+/)?.[0], document.activeElement.tagName, Math.round(row?.getBoundingClientRect().top - top)];
        })()`);
      await page.evaluate("document.querySelector('.virtual').scrollTop = 50");
      const [name, tag, top] = (await shown()) as readonly unknown[];
      expect([name, tag]).toEqual(["number 3", "INPUT"]);
      jobs.unshift({ ...jobOf(5_000, "newer"), created_at: "2026-11-22T12:01:00.000Z" });
      await page.waitForFunction("document.querySelector('[data-place=\"4\"]').textContent.includes('number 3')", {
        timeout: 20_000,
      });
      expect(await shown()).toEqual([name, tag, top]);
      await page.evaluate("document.querySelector('.virtual').scrollTop = 3000");
      await page.waitForFunction("document.activeElement.className === 'virtual'");
      await page.close();
    } finally {
      await api.close();
    }
  });

  it("the console with 10,000 jobs scrolls without a frame of more than 50 ms, and its memory stays flat for an hour", async () => {
    const jobs = Array.from({ length: manyJobs }, (_, place) => jobOf(place, `number ${place}`));
    const api = await startStubApi(jobs);
    try {
      const { page, faults } = await openConsole(browser, `${api.url}/#key=k`, VIEWPORTS.desk);
      await readAll(page, api.url);
      const worst: number[] = [];
      while (worst.length < scrollTries && !worst.some((ms) => ms <= frameMaxMs)) worst.push(await scroll(page));
      expect(Math.min(...worst), `the longest frames: ${worst}`).toBeLessThanOrEqual(frameMaxMs);
      expect(await page.$$eval("[data-place]", (rows) => rows.length)).toBeLessThan(100);
      await page.evaluateOnNewDocument(fastClock, clockSpeed);
      await page.reload();
      await readAll(page, api.url);
      await passTime(page, hourMs / 12);
      const before = await heapOf(page);
      await passTime(page, hourMs);
      expect((await heapOf(page)) - before).toBeLessThan(heapGrowthMaxBytes);
      expect(faults.filter((fault) => !fault.includes("404"))).toEqual([]);
      await page.close();
    } finally {
      await api.close();
    }
  });
});

/** Opens the list, and has it read all jobs. */
async function readAll(page: Page, url: string): Promise<void> {
  await see(page, "fal-jobs");
  await page.goto(`${url}/#/jobs`);
  await page.waitForSelector("[data-place]");
  await press(page, "Select all that match");
  await see(page, "10,000 jobs selected");
  await press(page, "Select none");
}

function jobOf(place: number, text: string): Job {
  const created = new Date(Date.parse("2026-11-22T12:00:00Z") - place * 60_000).toISOString();
  return {
    id: place.toString(16).padStart(32, "0"),
    status: "failed",
    endpoint: "decart/lucy-14b/image-to-video",
    input: { prompt: `prompt ${text}`, image_url: text, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
    metadata: { [`key ${text}`.slice(0, 64)]: `value ${text}`, place: String(place) },
    callback_url: text,
    error: {
      code: "generation_failed",
      message: `The error of ${place}: message ${text}`,
      retryable: true,
      detail: [{ msg: text }],
    },
    late_result: { video: { url: text }, extra: { text: `seed ${text}` } },
    cost: { estimated_usd: 0.4 },
    created_at: created,
    deadline_at: created,
    settled_at: created,
    logs: [{ message: `line ${text}` }],
    deliveries: [{ attempt: 1, at: created, latency_ms: 5, error: text }],
    timeline: [{ at: created, event: "failed", by: "sweep" }],
    links: { self: text },
  };
}

/** What must not be there: something that ran, elements from text, links that run something, a page wider than its window. */
async function harmOf(page: Page): Promise<unknown> {
  return page.evaluate(`(() => {
    const harm = {
      hacked: window.hacked,
      elements: document.querySelectorAll("#app script, #app iframe, #app svg[onload], #app img[src=x], #app style").length || undefined,
      links: [...document.querySelectorAll("a")].map(({ href }) => href).filter((href) => !href.startsWith("http"))[0],
      isWide: document.documentElement.scrollWidth > innerWidth + 1 || undefined,
      isHidden: getComputedStyle(document.body).display === "none" || undefined,
    };
    return Object.fromEntries(Object.entries(harm).filter(([, value]) => value !== undefined));
  })()`);
}

/**
 * Scrolls down screen by screen, two frames a screen. Returns the most that a frame was for the page's process, in
 * milliseconds of processor time, so that neighbours on the machine do not count. It is more than the frame itself took.
 */
async function scroll(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send("Performance.enable");
  const workedMs = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return (metrics.find(({ name }) => name === "ProcessTime")?.value ?? Number.NaN) * 1_000;
  };
  const all: number[] = [];
  for (let screen = 0; screen < scrolledScreens; screen++) {
    const before = await workedMs();
    await page.evaluate(`(async () => {
      const list = document.querySelector(".virtual");
      list.scrollTop = list.clientHeight * ${screen};
      for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
    })()`);
    all.push(((await workedMs()) - before) / 2);
  }
  await session.detach();
  console.log(`processor time of a frame, in milliseconds: ${all}`);
  return Math.max(...all);
}

/** Makes timers and clocks of the page run faster. */
function fastClock(speed: number): void {
  const page = globalThis as unknown as Record<string, (run: () => void, ms?: number) => unknown>;
  for (const name of ["setTimeout", "setInterval"]) {
    const real = page[name];
    page[name] = (run, ms = 0) => real?.(run, ms / speed);
  }
  const start = Date.now();
  const now = Date.now.bind(Date);
  Date.now = () => start + (now() - start) * speed;
}

/** Waits until so much time has passed on the page's own clock. */
async function passTime(page: Page, ms: number): Promise<void> {
  const from = (await page.evaluate("Date.now()")) as number;
  await page.waitForFunction(`Date.now() > ${from + ms}`, { timeout: 120_000 });
}

async function heapOf(page: Page): Promise<number> {
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  return (await page.metrics()).JSHeapUsedSize ?? 0;
}
