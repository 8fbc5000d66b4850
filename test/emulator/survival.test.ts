import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "./eventually.ts";
import { callPlatform } from "./platform.ts";
import { type Receiver, startReceiver } from "./receiver.ts";
import { clientOf, inputOf, post, requestCall, sample, submit } from "./setting.ts";
import { bodyOf, fetchKeys, isSigned } from "./verify.ts";

const ledgerSchema = z.object({ posts: z.array(z.object({ answer: z.union([z.number(), z.literal("reset")]) })) });
const script = fileURLToPath(new URL("emulator-process.ts", import.meta.url));
const children = new Set<ChildProcess>();
let receiver: Receiver;
let dataDir: string;

beforeAll(async () => {
  receiver = await startReceiver();
});
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-emulator-"));
});
afterEach(async () => {
  await Promise.all([...children].map(kill));
  await rm(dataDir, { recursive: true });
});
afterAll(() => receiver.close());

async function start(renderSeconds: number): Promise<{ url: string; child: ChildProcess }> {
  const args = ["--import", "tsx", script, dataDir, String(renderSeconds)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const [url] = await once(createInterface({ input: child.stdout }), "line");
  return { url: String(url), child };
}

async function kill(child: ChildProcess): Promise<void> {
  children.delete(child);
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

test("a killed emulator resumes with its queue, files, keys, faults and ledger", async () => {
  const first = await start(30);
  const image_url = await clientOf(first.url).storage.upload(new Blob([sample], { type: "image/jpeg" }));
  await fetch(`${first.url}/_emulator/faults`, {
    method: "POST",
    body: JSON.stringify([
      { prompt: "scripted", submit: { answer: 429 } },
      { prompt: "running", queue_ms: 0 },
    ]),
  });
  const keys = await fetchKeys(first.url);
  const running = await submit(first.url, inputOf("running", { image_url }), `${receiver.url}/survives`);
  await waitForStatus(first.url, running.request_id, "IN_PROGRESS");
  const queued = await submit(first.url, inputOf("queued", { image_url }), `${receiver.url}/survives`);
  await kill(first.child);

  const second = await start(0);
  await eventually("both webhooks", () => receiver.at("/survives").length >= 2);
  expect(await fetchKeys(second.url)).toEqual(keys);
  for (const delivery of receiver.at("/survives")) {
    expect(isSigned(delivery, keys)).toBe(true);
    expect(bodyOf(delivery).status).toBe("OK");
  }
  for (const { request_id } of [running, queued]) expect((await requestCall(second.url, request_id)).status).toBe(200);
  expect((await post(second.url, inputOf("scripted"))).status).toBe(429);
  expect((await readLedger(second.url)).posts.map(({ answer }) => answer)).toEqual([200, 200, 429]);
});

test("a webhook that was being retried when the emulator was killed is delivered after the next start", async () => {
  const first = await start(0);
  receiver.answer("/persistent", 500, 500);
  const { request_id } = await submit(first.url, { prompt: "without an image" }, `${receiver.url}/persistent`);
  await eventually("the first attempt", () => receiver.at("/persistent").length >= 1);
  await kill(first.child);
  await start(0);
  const delivered = await eventually("a third attempt", () => receiver.at("/persistent")[2]);
  expect(bodyOf(delivered)).toMatchObject({ request_id, status: "ERROR" });
});

test("after a kill an inline video is delivered whole, and expired files are gone", async () => {
  const first = await start(0);
  const upload = (expiresIn: number) => {
    const file = new Blob([sample], { type: "image/jpeg" });
    return clientOf(first.url).storage.upload(file, { lifecycle: { expiresIn } });
  };
  const files = [await upload(0), await upload(3_600)];
  receiver.answer("/inline", 413);
  const body = JSON.stringify([{ video_bytes: 12_000_000 }, { media: { answer: 503 } }, { admin: true }]);
  await fetch(`${first.url}/_emulator/faults`, { method: "POST", body });
  await submit(first.url, inputOf("inline", { sync_mode: true }), `${receiver.url}/inline`);
  const refused = await eventually("the first attempt", () => receiver.at("/inline")[0]);
  await kill(first.child);

  const second = await start(0);
  const delivered = await eventually("another attempt", () => receiver.at("/inline")[1]);
  expect(bodyOf(delivered)).toEqual(bodyOf(refused));
  const download = async (file = "") => (await fetch(file.replace("https:/", second.url))).status;
  expect([await download(files[1]), await download(files[1]), await download(files[0])]).toEqual([503, 200, 404]);
  expect((await callPlatform(second.url, "models/billing-events")).status).toBe(200);
});

async function waitForStatus(url: string, requestId: string, wanted: string): Promise<void> {
  const until = Date.now() + 60_000;
  while ((await readStatus(url, requestId)) !== wanted) {
    if (Date.now() > until) throw new Error(`The request was never ${wanted}.`);
  }
}

async function readStatus(url: string, requestId: string): Promise<unknown> {
  const status: unknown = await (await requestCall(url, requestId, "/status")).json();
  return typeof status === "object" && status !== null && "status" in status ? status.status : undefined;
}

async function readLedger(url: string) {
  return ledgerSchema.parse(await (await fetch(`${url}/_emulator/ledger`)).json());
}
