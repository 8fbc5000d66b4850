import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UnstampedEvent } from "../../lambdas/job/event.ts";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { openJobs } from "../../lambdas/table/jobs.ts";
import { indexApiKeys } from "../../local/stack/api-keys.ts";
import { connectLocal } from "../../operate/connect.ts";
import { storeFalKey } from "../../operate/fal.ts";
import { pause } from "../../operate/pause-item.ts";
import { runOps } from "../../operate/run.ts";
import { policy } from "../support/jobs.ts";
import { startCallbackReceiver } from "./callback-receiver.ts";
import { addFaults, call, hostedImage, inlineImage, submit, waitUntilKept, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

/*
 * Troubles are staged on a local stack, and mended with nothing but the commands of the runbook's sections, and with what
 * these say about other places, such as fal's dashboard.
 */

const page = readFileSync(join(import.meta.dirname, "../../docs/guide/runbook.md"), "utf8");
const mostCommands = 5;
const settings = {
  SWEEP_SECONDS: "1",
  FIRST_CHECK_SECONDS: "1",
  SUBMISSION_WINDOW_SECONDS: "3",
  API_KEYS: "local-key,poor-key",
  OWNERS: JSON.stringify({ [indexApiKeys(["poor-key"]).get("poor-key")?.id ?? ""]: "poor" }),
  DAILY_BUDGETS: '{"poor":0.5}',
};
let stack: EmulatorStack;
const receiver = await startCallbackReceiver();

beforeAll(async () => {
  stack = await startWithEmulator(settings);
});

afterAll(async () => {
  await stack?.close();
  await receiver.down();
});

/** Runs the commands of a section as they stand, at most five, and returns what they printed. */
async function follow(title: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
  const start = page.indexOf(`\n### ${title}\n`);
  const section = page.slice(start + 1).split(/\n##+ /)[0] ?? "";
  const commands = [...section.matchAll(/^npm run -s ops -- \$ON (.+)$/gm)].map(([, words = ""]) => words);
  expect(commands.length).toBeGreaterThan(0);
  expect(commands.length).toBeLessThanOrEqual(mostCommands);
  const printed: string[] = [];
  for (const command of commands) {
    const words = command.split(" ").map((word) => variables[word] ?? word);
    const code = await ops(words, printed);
    expect([command, code, code > 1 ? printed.at(-1) : ""]).toEqual([command, expect.toBeOneOf([0, 1]), ""]);
  }
  return printed.join("");
}

function ops(words: readonly string[], printed: string[] = []): Promise<number> {
  return runOps(["--local", ...words], {
    print: (text) => printed.push(text),
    complain: (text) => printed.push(text),
    dataDir: stack.dataDir,
    now: Date.now,
    falKey: "local-fal-key",
  });
}

/** Applies an event to a job, as a function would after days. */
async function happens(id: string, event: UnstampedEvent): Promise<void> {
  const { client, tableName } = await connectLocal(stack.dataDir);
  const table = openJobTable(tableName, Date.now, client);
  const jobs = openJobs({ table, policy, now: Date.now, newWriteId: randomUUID });
  const job = await table.read(id);
  if (job) await jobs.advance(job, "operator", event);
}

async function clearFaults(): Promise<void> {
  await fetch(`${stack.falUrl}/_emulator/faults`, { method: "DELETE" });
}

async function newJob(prompt: string, options: object = {}, image_url = inlineImage): Promise<string> {
  const { status, body } = await submit(stack.url, { prompt, image_url }, {}, options);
  expect(status).toBe(202);
  return body.id;
}

const read = async (id: string) => (await call(stack.url, `/jobs/${id}`)).body;
const eventually = { timeout: 150_000, interval: 500 };
const endOf = async (id: string) => (await waitUntilSettled(stack.url, id)).status;

describe("the runbook", () => {
  it("the runbook corrects a wrong fal key", async () => {
    // Before any function has read the right one.
    await storeFalKey(await connectLocal(stack.dataDir), "wrong-key");
    const id = await newJob("waves", {}, hostedImage);
    expect((await read(id)).waiting_for).toBe("fal_key");
    expect(await follow("FalKeyRefused")).toContain("fal accepts the key");
    expect(await endOf(id)).toBe("succeeded");
  }, 200_000);

  it("the runbook ends a pause that was forgotten", async () => {
    await pause(await connectLocal(stack.dataDir), "a move", Date.now());
    await expect
      .poll(async () => (await read(await newJob("waves", {}, hostedImage))).waiting_for, eventually)
      .toBe("paused");
    const id = await newJob("waves");
    expect(await follow("Paused and forgotten")).toContain("(a move)");
    expect(await endOf(id)).toBe("succeeded");
  }, 200_000);

  it("the runbook finds the endpoint that fal does not know, and cancels its jobs", async () => {
    await addFaults(stack.falUrl, { times: "all", prompt: "gone", submit: { answer: 404 } });
    const id = await newJob("gone");
    // What an instance knows of the pause before is some seconds old.
    await expect.poll(async () => (await read(id)).waiting_for, eventually).toBe("endpoint");
    expect(await follow("EndpointUnknown")).toContain("1 job acted on");
    expect(await endOf(id)).toBe("canceled");
    await clearFaults();
  });

  it("the runbook shows whose budget is full", async () => {
    const headers = { "x-api-key": "poor-key" };
    const input = { prompt: "waves", image_url: hostedImage };
    expect((await submit(stack.url, input, headers)).status).toBe(202);
    expect((await submit(stack.url, input, headers)).body).toMatchObject({ code: "budget_exceeded" });
    expect(await follow("A full budget")).toMatch(/^poor +1 /m);
  });

  it("the runbook retries jobs whose submission stayed unconfirmed, after a plan with its cost", async () => {
    await addFaults(stack.falUrl, {
      times: "all",
      prompt: "lost",
      submit: { when: "after", answer: "reset" },
      webhook: { drop: true },
    });
    const id = await newJob("lost", {}, hostedImage);
    expect(await endOf(id)).toBe("failed");
    await clearFaults();
    const printed = await follow("SubmissionUnconfirmed");
    expect(printed).toContain("expected to cost $0.4");
    const { data } = (await call<{ data: { id: string; retry_of?: string }[] }>(stack.url, "/jobs")).body;
    const retry = data.find(({ retry_of }) => retry_of === id);
    expect(await endOf(retry?.id ?? "")).toBe("succeeded");
  });

  it("the runbook retries what an outage at fal failed", async () => {
    await addFaults(stack.falUrl, { times: "all", prompt: "trouble", outcome: "runner_disconnected" });
    const id = await newJob("trouble");
    expect(await endOf(id)).toBe("failed");
    await clearFaults();
    expect(await follow("FailureRate")).toContain("infrastructure_failed");
    const { data } = (await call<{ data: { id: string; retry_of?: string }[] }>(stack.url, "/jobs")).body;
    expect(await endOf(data.find(({ retry_of }) => retry_of === id)?.id ?? "")).toBe("succeeded");
  });

  it("the runbook shows a job that takes too long, and cancels it", async () => {
    await addFaults(stack.falUrl, { times: "all", prompt: "slow", queue_ms: 3_600_000 });
    const id = await newJob("slow");
    await expect.poll(async () => (await read(id)).overdue, eventually).toBe(true);
    expect(await follow("JobOverdue", { $JOB: id })).toContain("overdue");
    expect(await endOf(id)).toBe("canceled");
    await clearFaults();
  }, 200_000);

  it("the runbook copies a video again whose copy was given up", async () => {
    await addFaults(stack.falUrl, { times: "all", prompt: "uncopied", media: { answer: 500 } });
    const id = await newJob("uncopied");
    expect(await endOf(id)).toBe("succeeded");
    await happens(id, { type: "archive_abandoned" });
    await clearFaults();
    expect(await follow("VideoNotKept")).toContain("1 job acted on");
    expect((await waitUntilKept(stack.url, id)).result?.video.sha256).toBeDefined();
  });

  it("the runbook sends a callback again that was given up", async () => {
    receiver.answer("/down", ...Array<number>(50).fill(503));
    const id = await newJob("waves", { callback_url: receiver.urlOf("/down") });
    await expect.poll(() => receiver.at("/down").length, eventually).toBeGreaterThan(0);
    await expect.poll(async () => (await read(id)).deliveries?.length, eventually).toBeGreaterThan(0);
    const { client, tableName } = await connectLocal(stack.dataDir);
    const row = await openJobTable(tableName, Date.now, client).read(id);
    const { round, leased_until: lease } = row?.delivery ?? {};
    await happens(id, {
      type: "delivery_attempted",
      round,
      lease,
      isPublished: true,
      ended: "exhausted",
      retryAt: undefined,
    });
    receiver.answer("/down");
    const before = receiver.at("/down").length;
    expect(await follow("CallbackGivenUp")).toContain("1 job acted on");
    await expect.poll(() => receiver.at("/down").length, eventually).toBeGreaterThan(before);
  }, 200_000);

  it("the runbook's doctor tells that fal is down, and that all is well when it is up again", async () => {
    await addFaults(stack.falUrl, { down: 503 });
    expect(await follow("ServerErrors")).toMatch(/✗ fal can be reached/);
    await clearFaults();
    expect(await follow("ServerErrors")).toMatch(/✓ fal can be reached/);
  });

  it("the runbook waits for a locked account, and everything is sent when it is open again", async () => {
    await addFaults(stack.falUrl, { times: "all", submit: { answer: 403 } });
    const id = await newJob("waves");
    await expect.poll(async () => (await read(id)).waiting_for, eventually).toBe("account_locked");
    expect(await follow("FalAccountLocked")).toContain("fal refuses the account since");
    await clearFaults();
    expect(await endOf(id)).toBe("succeeded");
  }, 200_000);

  it("the runbook sweeps by hand when no sweep runs", async () => {
    await stack.killAndRestart({ SWEEP_SECONDS: "86400" });
    await addFaults(stack.falUrl, { times: "all", prompt: "silent", webhook: { drop: true } });
    const id = await newJob("silent");
    const ended = async () => {
      await follow("SweepStopped");
      return (await read(id)).status;
    };
    await expect.poll(ended, { timeout: 60_000, interval: 2_000 }).toBe("succeeded");
  });
});
