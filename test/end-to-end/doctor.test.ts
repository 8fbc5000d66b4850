import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectLocal } from "../../operate/connect.ts";
import type { Patient } from "../../operate/doctor/check.ts";
import { CHECKS, examine } from "../../operate/doctor/examine.ts";
import { storeFalKey } from "../../operate/fal.ts";
import { environmentOf } from "../../operate/functions.ts";
import { pause, resume } from "../../operate/pause-item.ts";
import { runOps } from "../../operate/run.ts";
import { addFaults, hostedImage, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const KEY = "local-fal-key";
const closedPort = "http://127.0.0.1:9";
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator({ SWEEP_SECONDS: "1", DAILY_BUDGETS: '{"*":50}' });
});

afterAll(() => stack?.close());

/** What the doctor finds to be wrong, with some of its surroundings changed. */
async function unwell(change: Partial<Patient> = {}, variables: Readonly<Record<string, string>> = {}) {
  const installation = await connectLocal(stack.dataDir);
  const deployed = await environmentOf(installation, "submit");
  const examined = await examine({
    installation,
    json: false,
    options: {},
    print: () => {},
    complain: () => {},
    dataDir: stack.dataDir,
    now: Date.now,
    ...change,
    variables: { ...deployed, ...variables },
  });
  return {
    ids: examined.filter(({ outcome }) => outcome === "unwell").map(({ id }) => id),
    skipped: examined.filter(({ outcome }) => outcome === "skipped").map(({ id }) => id),
    fixes: examined.flatMap(({ fix }) => fix ?? []),
  };
}

/** What depends on a check, and what depends on that. */
function dependents(id: string): readonly string[] {
  const direct = CHECKS.filter(({ needs }) => needs.includes(id)).map((check) => check.id);
  return [...new Set([...direct, ...direct.flatMap(dependents)])];
}

async function expectOnly(id: string, found: Awaited<ReturnType<typeof unwell>>) {
  expect(found.ids).toEqual([id]);
  expect(found.fixes).toHaveLength(1);
  expect(found.skipped).toEqual(expect.arrayContaining([...dependents(id)]));
}

describe("the doctor", () => {
  it("the doctor finds nothing wrong in a local stack", async () => {
    expect(await unwell()).toMatchObject({ ids: [], skipped: ["concurrency", "test-job"] });
  });

  it("the doctor runs a whole job if it is asked to, and says what it costs before", async () => {
    expect(await unwell({ options: { job: true } })).toMatchObject({
      ids: ["test-job"],
      fixes: ["add --yes to run it"],
    });
    expect(await unwell({ options: { job: true, yes: true } })).toMatchObject({ ids: [], skipped: ["concurrency"] });
  });

  it("the doctor tells a wrong key from everything else", async () => {
    const installation = await connectLocal(stack.dataDir);
    await storeFalKey(installation, "wrong-key");
    await expectOnly("fal-key-accepted", await unwell());
    await storeFalKey(installation, KEY);
  });

  it("the doctor tells a missing key from a wrong one", async () => {
    const installation = await connectLocal(stack.dataDir);
    await storeFalKey(installation, "");
    await expectOnly("fal-key-set", await unwell());
    await storeFalKey(installation, KEY);
  });

  it("the doctor tells fal's outage from everything else", async () => {
    await addFaults(stack.falUrl, { down: 503 });
    const { ids } = await unwell();
    expect(ids.sort()).toEqual(["fal-reachable", "signing-keys"]);
    await fetch(`${stack.falUrl}/_emulator/faults`, { method: "DELETE" });
  });

  it("the doctor tells a pause from everything else", async () => {
    const installation = await connectLocal(stack.dataDir);
    await pause(installation, "a test", Date.now());
    await expectOnly("not-paused", await unwell());
    await resume(installation);
  });

  it.each([
    ["endpoints-known", { FAL_ENDPOINT_IDS: "decart/lucy-14b/image-to-video,no/such-model" }],
    ["budgets", { DAILY_BUDGETS: "{}" }],
    ["api", { PUBLIC_URL: closedPort }],
  ])("the doctor tells what is wrong with %s from everything else", async (id, variables) => {
    await expectOnly(id, await unwell({}, variables as unknown as Record<string, string>));
  });

  it("the doctor tells a wrong clock from everything else", async () => {
    await expectOnly("clock", await unwell({ now: () => Date.now() + 120_000 }));
  });

  it("the doctor tells jobs that nobody sweeps from everything else", async () => {
    const { body } = await submit(stack.url, { prompt: "waves", image_url: hostedImage });
    await waitUntilSettled(stack.url, body.id);
    await stack.killAndRestart({ SWEEP_SECONDS: "86400" });
    await addFaults(stack.falUrl, { times: "all", prompt: "silent", webhook: { drop: true } });
    await submit(stack.url, { prompt: "silent", image_url: hostedImage });
    // Due for ten minutes, by the operator's clock; fal's is told from it by another check.
    const later = await unwell({ now: () => Date.now() + 3_600_000 });
    expect(later.ids.sort()).toEqual(["clock", "sweep"]);
  });
});

it("the commands of the page about operating run as they stand", async () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/guide/operate.md"), "utf8");
  const blocks = [...page.matchAll(/^(<!-- not run: .+ -->\n)?```sh\n(.*?)^```$/gms)].filter(([, reason]) => !reason);
  const commands = blocks.flatMap(([, , text = ""]) => text.trim().split("\n"));
  expect(commands.length).toBeGreaterThan(5);
  for (const command of commands) {
    const [, falKey, words = ""] = /^(?:FAL_KEY=(\S+) )?npm run ops -- (.+)$/.exec(command) ?? [];
    const args = (words.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ""));
    const complaints: string[] = [];
    const code = await runOps(args, {
      print: () => {},
      complain: (text) => complaints.push(text),
      dataDir: stack.dataDir,
      now: Date.now,
      falKey,
    });
    expect([command, code, complaints]).toEqual([command, 0, []]);
  }
});
