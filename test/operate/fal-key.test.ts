import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { FAL_KEY_MAX_AGE_MS } from "../../lambdas/limits.ts";
import { startFunctionApi } from "../../local/stack/function-api.ts";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { writeRunning } from "../../local/stack/running.ts";
import { startSecrets } from "../../local/stack/secrets.ts";
import { connectLocal } from "../../operate/connect.ts";
import { readFalKey, storeFalKey } from "../../operate/fal.ts";
import { runOps } from "../../operate/run.ts";

const ENDPOINT = "decart/lucy-14b/image-to-video";
const accepted = [200, { prices: [{ endpoint_id: ENDPOINT, unit_price: 0.08 }] }] as const;
const locked = [403, { detail: "User is locked. Reason: TOP_UP" }] as const;
/** What fal answers, and the keys that it was asked with. */
let answer: readonly [status: number, json: object];
let tried: (string | undefined)[];
let dataDir: string;
const closers: (() => Promise<void>)[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-fal-key-"));
  const fal = createServer((request, response) => {
    tried.push(request.headers.authorization);
    response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
  });
  const port = await listenOnLoopback(fal, 0);
  const secrets = await startSecrets(new Map([["FalKey", ""]]));
  const FAL_ENDPOINT_URL = `http://127.0.0.1:${port}`;
  const lambda = await startFunctionApi([{ id: "SubmitFunction", largestEventAgeMs: 1 }], {
    invoke: async () => ({ kind: "failed", reason: "unused" }),
    environmentOf: () => ({ FAL_KEY_SECRET_ID: "FalKey", FAL_ENDPOINT_IDS: ENDPOINT, FAL_ENDPOINT_URL }),
  });
  closers.push(() => closeServer(fal, 1_000), secrets.close, lambda.close);
  const unused = "http://127.0.0.1:9";
  const endpoints = { dynamodb: unused, lambda: lambda.url, s3: unused, secretsmanager: secrets.url };
  await writeRunning(dataDir, { table: "jobs", endpoints, caller: localCaller });
});

afterAll(async () => {
  for (const close of closers) await close();
  await rm(dataDir, { recursive: true });
});

beforeEach(async () => {
  tried = [];
  answer = accepted;
  await storeFalKey(await connectLocal(dataDir), "old-key");
});

const stored = async () => readFalKey(await connectLocal(dataDir));

async function falKey(words: string, given: { readonly falKey?: string; readonly input?: string }) {
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const code = await runOps(["--local", "fal-key", ...words.split(" ")], {
    print,
    complain: print,
    dataDir,
    now: Date.now,
    falKey: given.falKey,
    readInput: async () => given.input ?? "",
  });
  return { code, text: printed.join("") };
}

describe("the fal key", () => {
  it("rotate tries the new fal key, stores it, and says when the old one may be deleted", async () => {
    const { code, text } = await falKey("rotate", { falKey: "new-key" });
    expect([code, tried, await stored()]).toEqual([0, ["Key new-key"], "new-key"]);
    expect(text).toContain(`within ${FAL_KEY_MAX_AGE_MS / 60_000} minutes`);
    expect(text).toContain("delete the old key");
    expect(text).not.toContain("new-key");
  });

  it("the fal key can come from standard input, whatever the shell variable has", async () => {
    const { code, text } = await falKey("set --stdin", { falKey: "another-key", input: "new-key\n" });
    expect([code, tried, await stored()]).toEqual([0, ["Key new-key"], "new-key"]);
    expect(text).not.toContain("delete the old key");
  });

  it.each([
    ["refuses it", 401, { detail: "No user found" }],
    ["has too many requests", 429, { detail: "Too many requests" }],
    ["does not understand the question", 400, { detail: "Bad request" }],
    ["is down", 503, { detail: "Unavailable" }],
    ["forbids only this call", 403, { detail: "Forbidden" }],
  ])("a new fal key is not stored if fal %s", async (_what, status, json) => {
    answer = [status, json];
    for (const action of ["set", "rotate"]) {
      const { code, text } = await falKey(action, { falKey: "new-key" });
      expect([code, text, await stored()]).toEqual([2, expect.stringContaining("nothing was stored"), "old-key"]);
      expect(text).toContain(`fal answered ${status}`);
    }
  });

  it("a fal key of a locked account never replaces another one by rotate, and set stores it with a warning", async () => {
    answer = locked;
    expect(await falKey("rotate", { falKey: "new-key" })).toMatchObject({ code: 2 });
    expect(await stored()).toBe("old-key");
    const { code, text } = await falKey("set", { falKey: "new-key" });
    expect([code, await stored()]).toEqual([0, "new-key"]);
    expect(text).toMatch(/stored, but .*locked/);
  });

  it("rotate to the fal key that is stored changes nothing, and does not advise to delete it", async () => {
    const { code, text } = await falKey("rotate", { falKey: "old-key" });
    expect([code, tried]).toEqual([2, []]);
    expect(text).toContain("stored already");
    expect(text).not.toContain("delete");
  });

  it.each([
    ["set", {}, "FAL_KEY"],
    ["set", { falKey: "two words" }, "FAL_KEY"],
    ["set --stdin", { falKey: "new-key", input: "\n" }, "standard input"],
    ["forget", { falKey: "new-key" }, "expected set or rotate"],
  ])("fal-key %s with %j is refused before fal is asked", async (words, given, message) => {
    const { code, text } = await falKey(words, given);
    expect([code, tried, await stored()]).toEqual([2, [], "old-key"]);
    expect(text).toContain(message);
  });
});
