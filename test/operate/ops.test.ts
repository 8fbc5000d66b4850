import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openJobTable } from "../../lambdas/table/job-table.ts";
import { startEngine } from "../../local/stack/engines.ts";
import { localCaller } from "../../local/stack/locality.ts";
import { writeRunning } from "../../local/stack/running.ts";
import { createTables } from "../../local/stack/tables.ts";
import { runOps } from "../../operate/run.ts";
import { birth, jobError } from "../support/jobs.ts";
import { storesOfTheStack } from "../support/stores.ts";

const minuteMs = 60_000;
const NOW = Date.parse("2026-09-01T12:00:00Z");

let dataDir: string;
let engine: Awaited<ReturnType<typeof startEngine>>;
let table: ReturnType<typeof openJobTable>;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-ops-"));
  engine = await startEngine({ kind: "dynalite" });
  const { tables } = await storesOfTheStack();
  await createTables(engine.url, tables);
  const tableName = tables[0]?.create.TableName ?? "";
  const none = "http://127.0.0.1:9";
  const endpoints = { dynamodb: engine.url, lambda: none, s3: none, secretsmanager: none };
  await writeRunning(dataDir, { table: tableName, endpoints, caller: localCaller });
  const client = new DynamoDBClient({ endpoint: engine.url, ...localCaller });
  const marshallOptions = { removeUndefinedValues: true };
  table = openJobTable(tableName, () => NOW, DynamoDBDocumentClient.from(client, { marshallOptions }));
});

afterAll(async () => {
  await engine?.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function ops(...args: string[]) {
  const out: string[] = [];
  const complaints: string[] = [];
  const code = await runOps(args, {
    print: (text) => out.push(text),
    complain: (text) => complaints.push(text),
    dataDir,
    now: () => NOW,
  });
  return { code, out: out.join(""), complaints: complaints.join("") };
}

describe("the operator's command", () => {
  it("the operator's command pauses the service and resumes it, and says what follows", async () => {
    const paused = await ops("--local", "pause", "--reason", "a move of the account");
    expect(paused).toMatchObject({ code: 0, out: expect.stringContaining("npm run ops -- resume") });
    expect(await table.readPause()).toMatchObject({ since: NOW, reason: "a move of the account" });
    expect((await ops("--local", "overview")).out).toContain(
      "paused since 2026-09-01T12:00:00.000Z (a move of the account)",
    );
    expect((await ops("--local", "resume")).out).toContain("Resumed");
    expect(await table.readPause()).toBeUndefined();
    expect((await ops("--local", "resume")).out).toContain("was not paused");
  });

  it("the operator's command counts jobs, and lists those that are stuck with the reason, as JSON too", async () => {
    const waiting = {
      ...birth({ attempt: false, id: "0193500000007000800000000000aaaa" }),
      error: { ...jobError, code: "fal_account_locked", message: "fal locked the account." },
    } as const;
    await table.add({ ...waiting, submit_due: NOW - 10 * minuteMs, due_at: NOW - 10 * minuteMs });
    await table.add({
      ...birth({ id: "0193500000007000800000000000bbbb" }),
      check_due: NOW + minuteMs,
      due_at: NOW + minuteMs,
    });
    await table.putFalHealth({ is_down: true, at: NOW, error: waiting.error });
    const seen = await ops("--local", "--json", "overview");
    expect(JSON.parse(seen.out)).toMatchObject({ open: 2, open_due: 1, settled: 0, oldest_due_seconds: 600 });
    expect((await ops("--local", "overview")).out).toContain(
      "fal refuses the account since 2026-09-01T12:00:00.000Z: fal locked the account.",
    );
    const found = await ops("--local", "--json", "stuck");
    expect(found.code).toBe(1);
    expect(JSON.parse(found.out)).toEqual([
      {
        id: waiting.id,
        owner: waiting.owner,
        status: "submitting",
        due_for_seconds: 600,
        why: "waits for account_locked: fal locked the account.",
      },
    ]);
    expect(await ops("--local", "stuck", "--older-than", "15")).toEqual({
      code: 0,
      out: "No job is stuck.\n",
      complaints: "",
    });
  });

  it.each([
    ["no installation", ["overview"], /--local, or --stack NAME/],
    ["two installations", ["--local", "--stack", "x", "overview"], /two installations/],
    ["an unknown command", ["--local", "paws"], /unknown command 'paws'.*pause/s],
    ["an unknown option", ["--local", "stuck", "--olderthan", "5"], /--older-than/],
    ["a time that is no number", ["--local", "stuck", "--older-than", "soon"], /number of minutes/],
  ])("the operator's command refuses %s with one line that helps, and exit code 2", async (_what, args, complaint) => {
    expect(await ops(...args)).toMatchObject({ code: 2, out: "", complaints: expect.stringMatching(complaint) });
  });

  it("the operator's command says when no local stack is running, also when one was killed", async () => {
    await writeFile(join(dataDir, "running.json"), JSON.stringify({ pid: 2 ** 22 + 1 }));
    const { code, complaints } = await ops("--local", "overview");
    expect(code).toBe(2);
    expect(complaints).toContain("no local stack is running");
    expect(complaints.trim().split("\n")).toHaveLength(1);
  });

  it("the operator's command prints help that names every command", async () => {
    const { code, out } = await ops("--help");
    expect(code).toBe(0);
    for (const name of ["doctor", "overview", "stuck", "jobs", "job", "retry", "pause", "resume", "drain", "keys"])
      expect(out).toContain(`  ${name} `);
  });
});
