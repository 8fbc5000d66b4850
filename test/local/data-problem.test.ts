import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal } from "../../local/fal/journal.ts";
import { openDataFolder } from "../../local/stack/data-folder.ts";
import { explainDataProblem, explainTableProblem } from "../../local/stack/data-problem.ts";
import { chooseEngine, startEngine } from "../../local/stack/engines.ts";
import { openFunctionLog } from "../../local/stack/function-log.ts";
import { createTables } from "../../local/stack/tables.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { java } from "../support/engines.ts";
import { smallTemplate } from "./small-template.ts";

let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-data-"));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

async function explain(promise: Promise<unknown>, folder = dataDir): Promise<string> {
  const error = explainDataProblem(await promise.catch((reason: unknown) => reason), folder);
  return error instanceof Error ? error.message : "no error";
}

async function fillWithGarbage(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await writeFile(join(folder, name), "garbage\n");
}

it("a data folder below a file, or that is a file, is rejected in one line with a remedy", async () => {
  const file = join(dataDir, "file");
  await writeFile(file, "");
  for (const path of [join(file, "below"), file])
    expect(await explain(openDataFolder(path, 0), path)).toMatch(
      /^DATA_DIR .*\/file: there is a file .* set another DATA_DIR$/,
    );
});

it.runIf(process.platform === "linux")("a data folder that cannot exist is rejected without waiting", async () => {
  expect(await explain(openDataFolder("/proc/x/y", 0), "/proc/x/y")).toMatch(
    /^DATA_DIR \/proc\/x: it cannot be created; /,
  );
});

it("damaged files are reported as such, whichever part of the stack finds them", async () => {
  const damaged = `DATA_DIR ${dataDir}: its files are damaged; `;
  const folder = await openDataFolder(dataDir, 0);
  await folder.close();
  await fillWithGarbage(join(dataDir, "stack"));
  expect(await explain(openDataFolder(dataDir, 0))).toContain(damaged);
  await mkdir(join(dataDir, "dynalite"));
  await writeFile(join(dataDir, "dynalite", "CURRENT"), "garbage\n");
  expect(await explain(startEngine({ kind: "dynalite", dataDir }))).toContain(damaged);
  await writeFile(join(dataDir, "journal"), "a file");
  expect(await explain(openJournal(dataDir))).toMatch(/^DATA_DIR [^\n]+$/);
});

it.runIf(java)("a damaged file of DynamoDB Local is reported as such", async () => {
  const { tables } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
  const first = await startEngine({ kind: "java", dataDir });
  await createTables(first.url, tables);
  await first.close();
  await fillWithGarbage(join(dataDir, "dynamodb-local"));
  const second = await startEngine({ kind: "java", dataDir });
  const error = await createTables(second.url, tables).catch((reason: unknown) => explainTableProblem(reason, dataDir));
  await second.close();
  expect(String(error)).toMatch(/^DataProblem: DATA_DIR [^\n]+: its files are damaged; [^\n]+$/);
});

it("an unknown engine in the data folder is rejected, so that its jobs are not overlooked", async () => {
  const folder = await openDataFolder(dataDir, 0);
  await folder.remember("engine", "garbage\n");
  await expect(chooseEngine(folder, undefined)).rejects.toThrow(
    /^DATA_DIR was used with the engine "garbage\\n"[^\n]+$/,
  );
  await folder.close();
});

it("a log path that is a folder is rejected", async () => {
  await mkdir(join(dataDir, "functions.log"));
  expect(await explain(openFunctionLog(dataDir, () => {}))).toMatch(/functions.log: there is a folder where a file /);
});

it("a full disk is reported, for the errors of both the system and LevelDB", async () => {
  const system = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  const level = new Error("Database failed to open", { cause: new Error("IO error: LOG: No space left on device") });
  for (const error of [system, level])
    expect(await explain(Promise.reject(error))).toBe(
      `DATA_DIR ${dataDir}: the disk is full; free some space and start again`,
    );
});

it("an error unrelated to the data folder is unchanged", () => {
  const error = Object.assign(new Error("ENOENT"), { code: "ENOENT", path: "/elsewhere/file" });
  expect(explainDataProblem(error, dataDir)).toBe(error);
});
