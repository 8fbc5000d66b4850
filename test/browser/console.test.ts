import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFaults, readLedger, submit } from "../end-to-end/caller.ts";
import { type EmulatorStack, startWithEmulator } from "../end-to-end/emulator-stack.ts";
import { chooseFile, lacksChromium, startChromium, type Visit } from "./chromium.ts";
import { fill, findBarriers, openConsole, press, see, VIEWPORTS } from "./console-page.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const picture = join(root, "local/sample/sample.jpg");
const pageMaxBytes = 40_000;
let stack: EmulatorStack;
let browser: Browser;

describe.skipIf(lacksChromium)("the console", () => {
  beforeAll(async () => {
    [stack, browser] = await Promise.all([startWithEmulator({ RENDER_SECONDS: "3" }), startChromium()]);
  });

  afterAll(async () => {
    await browser?.close();
    await stack?.close();
  });

  describe.each(Object.entries(VIEWPORTS))("the console on a %s", (device, viewport) => {
    const order = `${device}-${Date.now()}`;
    let tab: Visit;

    beforeAll(async () => {
      tab = await openConsole(browser, stack.url, viewport);
    });

    it(`the console on a ${device} asks for the key, says when it is wrong, and keeps it out of the address`, async () => {
      const { page } = tab;
      expect(await findBarriers(page)).toEqual([]);
      await fill(page, "#key", "no-key-of-ours");
      await press(page, "Open");
      await see(page, "This key is not accepted");
      expect(await findBarriers(page)).toEqual([]);
      await fill(page, "#key", "local-key");
      await press(page, "Open");
      await see(page, "Create a video");
      expect(page.url()).not.toContain("local-key");
      // The page's own words for a refused key; the browser also reports the status.
      expect(tab.faults.splice(0).every((fault) => fault.includes("401"))).toBe(true);
    });

    it(`the console on a ${device} makes a video of a chosen picture, and plays it`, async () => {
      const { page } = tab;
      await chooseFile(page, "::-p-aria(Choose a file)", picture);
      await page.waitForSelector(".preview img");
      await fill(page, "#prompt", `the tide comes in, ${order}`);
      await page.click("summary");
      await fill(page, "textarea.code", `order=${order}`);
      await see(page, "This video costs about");
      expect(await findBarriers(page)).toEqual([]);
      await press(page, "Submit");
      await page.waitForSelector(".job .status.running", { timeout: 60_000 });
      expect(await findBarriers(page)).toEqual([]);
      await page.waitForFunction("document.querySelector('video')?.duration > 0", { timeout: 60_000 });
      await see(page, "SHA-256");
      expect(await findBarriers(page)).toEqual([]);
    });

    it(`the console on a ${device} takes a picture that is pasted or dropped, and frames what is cut off`, async () => {
      const { page } = tab;
      await press(page, "Create", "link");
      const bytes = (await readFile(picture)).toString("base64");
      const give = (event: "paste" | "drop") =>
        page.evaluate(
          `(async () => {
            const blob = await (await fetch("data:image/jpeg;base64,${bytes}").catch(() => undefined))?.blob();
            const raw = Uint8Array.from(atob("${bytes}"), (each) => each.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([blob ?? raw], "${event}.jpg", { type: "image/jpeg" }));
            if ("${event}" === "paste") document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, cancelable: true }));
            else document.querySelector(".drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
          })()`,
        );
      for (const event of ["paste", "drop"] as const) {
        await press(page, "Remove");
        await give(event);
        await page.waitForSelector(".preview img");
        await page.waitForFunction(`document.querySelector("#snippet").textContent.includes("${event}.jpg")`);
      }
      await page.select("select:has(option[value='9:16']), select:has(option:nth-child(2))", "9:16");
      await page.waitForSelector(".preview .crop");
      await see(page, "shows the framed part of it");
      tab.faults.splice(0);
    });

    it(`the console on a ${device} finds the job after a reload, by its metadata`, async () => {
      const { page } = tab;
      await page.goto(`${stack.url}/#/jobs`);
      await page.reload();
      await see(page, `the tide comes in, ${order}`);
      if (device === "phone") await page.click(".filters summary");
      await fill(page, "input[placeholder='KEY=VALUE']", `order=${order}`);
      await page.keyboard.press("Enter");
      await page.waitForFunction("document.querySelectorAll('[data-place]').length === 1");
      expect(decodeURIComponent(page.url())).toContain(`metadata=order=${order}`);
      expect(await findBarriers(page)).toEqual([]);
      await press(page, "gallery");
      await page.waitForSelector(".card canvas[data-drawn]");
      expect(await findBarriers(page)).toEqual([]);
    });

    it(`the console on a ${device} cancels a job, after a question`, async () => {
      const { page } = tab;
      const prompt = `cancel me, ${order}`;
      await addFaults(stack.falUrl, { prompt, queue_ms: 600_000 });
      const id = await submitJob(prompt, order);
      await page.goto(`${stack.url}/#/jobs/${id}`);
      await press(page, "Cancel");
      await see(page, "Cancel this job?", "dialog");
      expect(await findBarriers(page)).toEqual([]);
      await press(page, "Cancel the job");
      await page.waitForSelector(".job .status.canceled", { timeout: 60_000 });
    });

    it(`the console on a ${device} says why a job failed, runs it again, and edits it`, async () => {
      const { page } = tab;
      const prompt = `fail once, ${order}`;
      await addFaults(stack.falUrl, { prompt, outcome: "generation_timeout" });
      const id = await submitJob(prompt, order);
      await page.goto(`${stack.url}/#/jobs/${id}`);
      await see(page, "Why it ended without a video");
      await see(page, "What to do");
      expect(await findBarriers(page)).toEqual([]);
      await press(page, "Retry");
      await press(page, "Run again");
      await page.waitForFunction(`!location.hash.includes("${id}")`);
      // What had the focus has left with its screen.
      await page.waitForFunction("document.activeElement?.tagName === 'H1'");
      await page.waitForFunction("document.querySelector('video')?.duration > 0", { timeout: 60_000 });
      await press(page, "Edit and run again");
      await page.waitForSelector("#prompt");
      expect(await page.$eval("#prompt", (field) => (field as unknown as { value: string }).value)).toBe(prompt);
      await fill(page, "#prompt", `edited, ${order}`);
      await see(page, "This video costs about");
      await press(page, "Submit");
      await page.waitForFunction("document.querySelector('video')?.duration > 0", { timeout: 60_000 });
    });

    it(`the console on a ${device} deletes many jobs after their plan, and nothing before the word is typed`, async () => {
      const { page } = tab;
      await page.goto(`${stack.url}/#/jobs?metadata=${encodeURIComponent(`order=${order}`)}`);
      await page.waitForSelector("[data-place]");
      await press(page, "Select all that match");
      await press(page, "delete …");
      await see(page, "This cannot be undone", "dialog");
      expect(await findBarriers(page)).toEqual([]);
      const isReady = () =>
        page.$eval("dialog .danger", (button) => !(button as unknown as { disabled: boolean }).disabled);
      expect(await isReady()).toBe(false);
      await fill(page, "dialog input", "delete");
      expect(await isReady()).toBe(true);
      await page.click("dialog .danger");
      await page.waitForFunction("/(\\d+) of \\1 done, 0 failed/.test(document.querySelector('dialog')?.textContent)");
      await press(page, "Close");
      await see(page, "No job matches");
      expect(await findBarriers(page)).toEqual([]);
    });

    it(`the console on a ${device} shows usage, keys, and the ledger of a fal that it broke`, async () => {
      const { page } = tab;
      await page.goto(`${stack.url}/#/operate`);
      await see(page, "Jobs by day");
      expect(await findBarriers(page)).toEqual([]);
      await page.focus(".brand");
      await page.keyboard.press("?");
      await see(page, "show these keys", "dialog");
      expect(await findBarriers(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.waitForFunction("document.activeElement.className === 'brand'");
      await page.keyboard.press("?");
      await page.locator("::-p-text(single keys work)").click();
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      expect(page.url()).toContain("#/operate");
      await page.click("[aria-label='Show the keys']");
      await page.locator("::-p-text(single keys work)").click();
      await page.keyboard.press("Escape");
      await page.keyboard.press("j");
      await page.waitForFunction("location.hash === '#/jobs'");
      await page.goto("about:blank");
      await page.goto(`${stack.url}/#key=local-key&fal=${encodeURIComponent(stack.falUrl)}`);
      await press(page, "Break it", "link");
      const setReadOnly = () => page.locator("::-p-text(read-only)").click();
      const isOffered = () => page.$eval(".fault", (button) => !(button as unknown as { disabled: boolean }).disabled);
      await setReadOnly();
      expect(await isOffered()).toBe(false);
      await setReadOnly();
      await page.locator("::-p-text(Webhook four times)").click();
      await see(page, "1 fault waiting");
      expect(await findBarriers(page)).toEqual([]);
      const { requests } = await readLedger(stack.falUrl);
      await press(page, "Send a job");
      await page.waitForFunction(`document.querySelectorAll("tbody tr").length > ${Math.min(49, requests.length)}`);
      await see(page, "No job was paid for twice");
    });

    it(`the console on a ${device} survives a lost network, a sleeping tab and a restarted service`, async () => {
      const { page } = tab;
      await page.goto(`${stack.url}/#/jobs`);
      await page.waitForSelector("[data-place]");
      await page.setOfflineMode(true);
      await see(page, "The service cannot be reached");
      expect(await findBarriers(page)).toEqual([]);
      expect(await page.$$eval("[data-place]", (rows) => rows.length)).toBeGreaterThan(0);
      await page.setOfflineMode(false);
      await page.waitForFunction("document.querySelector('.offline') === null", { timeout: 60_000 });
      const prompt = `restart in the middle, ${order}`;
      await addFaults(stack.falUrl, { prompt, queue_ms: 4_000 });
      const id = await submitJob(prompt, order);
      await page.goto(`${stack.url}/#/jobs/${id}`);
      await page.waitForSelector(".job .status.queued");
      const hide = (isHidden: boolean) =>
        page.evaluate(
          `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} }); document.dispatchEvent(new Event("visibilitychange"))`,
        );
      await hide(true);
      await stack.killAndRestart({});
      await hide(false);
      await page.waitForFunction("document.querySelector('video')?.duration > 0", { timeout: 90_000 });
      // While the service was away, requests failed; that is what the test is about.
      tab.faults.splice(0);
    });
  });

  it("the console's page has at most 40 KB compressed, and asks nobody else for anything", async () => {
    const response = await fetch(stack.url, { headers: { accept: "text/html", "accept-encoding": "gzip" } });
    const { body } = await raw(stack.url);
    expect(response.headers.get("content-type")).toContain("text/html");
    expect(body).toBeLessThanOrEqual(pageMaxBytes);
    const { page, faults } = await openConsole(browser, "about:blank", VIEWPORTS.desk);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(`${stack.url}/#key=local-key`);
    await see(page, "Create a video");
    expect(asked.filter((url) => !url.startsWith(stack.url) && !url.startsWith("data:"))).toEqual([]);
    expect(faults).toEqual([]);
    await page.close();
  });

  it("the console's policy lets no other script run: neither an element, an attribute nor a URL", async () => {
    const { page } = await openConsole(browser, `${stack.url}/#key=local-key`, VIEWPORTS.desk);
    await see(page, "Create a video");
    const ran = await page.evaluate(`(async () => {
      const broken = [];
      const refused = new Promise((resolve) => {
        document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
          broken.push(effectiveDirective);
          if (new Set(broken).size === 3) resolve();
        });
      });
      const script = document.createElement("script");
      script.textContent = "window.ran = 1";
      document.body.append(script);
      const holder = document.createElement("div");
      holder.innerHTML = '<img src="data:," onerror="window.ran = 2"><a href="javascript:window.ran = 3">link</a><iframe srcdoc="<script>parent.ran = 4</script>"></iframe>';
      document.body.append(holder);
      holder.querySelector("a").click();
      const style = document.createElement("style");
      style.textContent = "body { display: none }";
      document.body.append(style);
      await refused;
      return { ran: window.ran, isShown: getComputedStyle(document.body).display !== "none", broken: [...new Set(broken)].sort() };
    })()`);
    expect(ran).toMatchObject({ isShown: true });
    expect(ran).not.toHaveProperty("ran", expect.anything());
    expect((ran as { broken: readonly string[] }).broken.length).toBeGreaterThanOrEqual(3);
    await page.close();
  });

  it("the console's code does what its form does: curl, fetch and fal's client create the same job", async () => {
    const { page } = await openConsole(browser, `${stack.url}/#key=local-key`, VIEWPORTS.desk);
    const folder = await mkdtemp(join(tmpdir(), "fal-jobs-console-"));
    try {
      const file = "it's, a $HOME;picture.jpg";
      await copyFile(picture, join(folder, file));
      await symlink(join(root, "node_modules"), join(folder, "node_modules"));
      await chooseFile(page, "::-p-aria(Choose a file)", join(folder, file));
      const prompt = `"quotes", 'more', \\n $(date) and @files; ${Date.now()}`;
      await fill(page, "#prompt", prompt);
      await page.waitForSelector(".options select");
      await page.select(".options label:nth-of-type(3) select", "9:16");
      const env = { ...process.env, API_KEY: "local-key" };
      for (const [language, command] of [
        [
          "curl",
          async (text: string) =>
            run("bash", ["-c", text.replace("my-first-job", prompt.length.toString())], { cwd: folder, env }),
        ],
        ["fetch", async (text: string) => runModule(folder, text, env)],
        ["fal client", async (text: string) => runModule(folder, text, env)],
      ] as const) {
        await press(page, language, "tab");
        await page.waitForFunction(
          `document.querySelector("[role=tab][aria-selected=true]").textContent === "${language}"`,
        );
        const before = (await readLedger(stack.falUrl)).requests.length;
        await command((await page.$eval("#snippet", (element) => element.textContent)) ?? "");
        await expect.poll(async () => (await readLedger(stack.falUrl)).requests.length).toBe(before + 1);
        const { requests } = await readLedger(stack.falUrl);
        expect(requests.at(-1)?.input, language).toMatchObject({ prompt, aspect_ratio: "9:16" });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      await page.close();
    }
  });
});

let keys = 0;

async function runModule(folder: string, text: string, env: NodeJS.ProcessEnv) {
  const file = join(folder, `program-${++keys}.mjs`);
  await writeFile(file, text.replace("my-first-job", `key-${Date.now()}-${keys}`));
  return run(process.execPath, [file], { cwd: folder, env });
}

/** The size of the page as it is sent. */
async function raw(url: string) {
  const { stdout } = await run("curl", [
    "-s",
    "-H",
    "accept: text/html",
    "-H",
    "accept-encoding: gzip",
    "-o",
    "/dev/null",
    "-w",
    "%{size_download}",
    url,
  ]);
  return { body: Number(stdout) };
}

async function submitJob(prompt: string, order: string): Promise<string> {
  const image = `data:image/jpeg;base64,${(await readFile(picture)).toString("base64")}`;
  const answer = await submit(stack.url, { prompt, image_url: image }, {}, { metadata: { order } });
  return answer.body.id;
}
