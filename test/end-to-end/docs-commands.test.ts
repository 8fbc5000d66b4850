import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { effort } from "../effort.ts";
import { addFaults, readLedger } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);
const { shells } = effort;
const guide = readdirSync(join(root, "docs", "guide")).map((name) => `docs/guide/${name}`);
const pages = ["README.md", ...guide.filter((path) => path.endsWith(".md"))].map((path) => ({
  path,
  blocks: blocksOf(readFileSync(join(root, path), "utf8")),
}));
let stack: EmulatorStack;

beforeAll(async () => {
  stack = await startWithEmulator();
  // The job that the guide cancels, and then retries, must not be finished before, however busy the machine is.
  await addFaults(stack.falUrl, { prompt: "rain on the window", queue_ms: 60_000, times: "all" });
});

afterAll(() => stack?.close());

describe.each(pages.filter(({ blocks }) => blocks.some(isShell)))("The commands of $path", ({ path, blocks }) => {
  for (const shell of shells) {
    it.skipIf(!isInstalled(shell))(`the commands in ${path} run as they stand in ${shell}`, async () => {
      const { stderr } = await runInShell(shell, blocks.filter(isShell));
      expect(stderr.split("\n").filter((line) => /^(?![23])\d\d\d http/.test(line))).toEqual([]);
    });
  }
});

describe.each(pages.filter(({ blocks }) => blocks.some(isScript)))("The JavaScript of $path", ({ path, blocks }) => {
  it(`the JavaScript in ${path} runs as it stands`, async () => {
    await run(process.execPath, ["--input-type=module", "-e", withUrls(textOf(blocks.filter(isScript)))], {
      cwd: root,
    });
  });
});

it.each(pages)("the JSON in $path is valid JSON", ({ blocks }) => {
  for (const { language, text } of blocks) if (language === "json") JSON.parse(text);
});

it("the first job of the README renders once, however often it is pasted", async () => {
  const blocks = (pages[0]?.blocks ?? []).filter(isShell);
  await runInShell("bash", blocks);
  const posts = async () => (await readLedger(stack.falUrl)).posts.length;
  const before = await posts();
  expect(before).toBeGreaterThan(0);
  await runInShell("bash", blocks);
  expect(await posts()).toBe(before);
});

interface Block {
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a page, except those marked as not runnable here. */
function blocksOf(text: string): Block[] {
  const fences = text.matchAll(/^(<!-- not run: .+ -->\n)?```(\w+)\n(.*?)^```$/gms);
  return [...fences].flatMap(([, reason, language = "", text = ""]) => (reason ? [] : [{ language, text }]));
}

function textOf(blocks: readonly Block[]): string {
  return blocks.map(({ text }) => text).join("\n");
}

/** Whether a block is pasted into a shell beside a running stack. Separate tests start the stack itself. */
function isShell({ language, text }: Block): boolean {
  return language === "sh" && !/^([A-Z_]+=\S* )*npm (start(?! -w)|test|run)\b/.test(text);
}

function isScript({ language }: Block): boolean {
  return language === "js";
}

/** Runs blocks in order in one shell, in a folder that looks like the repository. Stops at the first failure. */
async function runInShell(shell: string, blocks: readonly Block[]) {
  const { url, falUrl, dataDir } = stack;
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-docs-"));
  try {
    for (const name of ["local", "examples", "node_modules", "package.json"])
      await symlink(join(root, name), join(folder, name));
    // curl then prints the status and the address of each answer.
    await writeFile(join(folder, ".curlrc"), 'write-out = "%{stderr}%{http_code} %{url_effective}\\n"\n');
    const checked = blocks.map(
      ({ text }, index) => `${text}[ $? = 0 ] || { echo "block ${index + 1}" >&2; exit 1; }\n`,
    );
    return await run(shell, ["-c", withUrls(checked.join(""), { url, falUrl })], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, CURL_HOME: folder, DATA_DIR: dataDir },
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Replaces the pages' addresses with those of this stack. */
function withUrls(text: string, { url, falUrl }: Pick<EmulatorStack, "url" | "falUrl"> = stack): string {
  return text.replaceAll("http://localhost:4000", url).replaceAll("http://localhost:4001", falUrl);
}

function isInstalled(shell: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, shell)));
}
