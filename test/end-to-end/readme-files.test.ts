import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, readLedger, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { readMovie } from "./video.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** All that the README's commands may need. */
const tools = ["curl", "node", "base64", "tr", "cat", "grep", "sleep"];
const jobs = 6;
const run = promisify(execFile);
let stack: EmulatorStack;
let folder: string;

let shown: { readonly ids: readonly string[]; readonly calls: readonly string[] };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-readme-"));
  stack = await startWithEmulator();
  const { stdout, stderr } = await runAsPasted(await readBlocks());
  // curl's own words, one line for each call: see .curlrc.
  shown = { ids: idsIn(stdout), calls: stderr.trim().split("\n") };
});

afterAll(async () => {
  await stack?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the README's commands, as they are written", () => {
  it("are all answered well, with curl, node and what every system has", async () => {
    expect(shown.calls.filter((line) => !/^2\d\d /.test(line))).toEqual([]);
    expect(shown.ids).toHaveLength(jobs);
    expect((await readLedger(stack.falUrl)).posts).toHaveLength(jobs);
  });

  it("save the video of a data URI's job, and delete the job", async () => {
    const [track] = (await readMovie(await readFile(join(folder, "video.mp4")))).videoTracks;
    expect(track?.video).toMatchObject({ width: 1280, height: 720 });
    expect(shown.calls).toContain(`204 ${stack.url}/jobs/${shown.ids[0]}`);
    expect((await call(stack.url, `/jobs/${shown.ids[0]}`)).status).toBe(404);
  });

  it.each([
    ["a form", 1],
    ["an upload", 2],
    ["a hosted picture", 3],
    ["a form, waited for", 4],
    ["a form, watched", 5],
  ])("make a job of %s that succeeds", async (_, place) => {
    expect(await waitUntilSettled(stack.url, shown.ids[place] ?? "")).toMatchObject({ status: "succeeded" });
  });
});

/** The shell blocks for a reader whose `npm start` runs, up to the deployment, with this stack's address. */
async function readBlocks(): Promise<string[]> {
  const [, text = ""] =
    /^## Two minutes.*?$(.*?)^## Deploy$/ms.exec(await readFile(join(root, "README.md"), "utf8")) ?? [];
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  return blocks
    .filter((block) => !block.startsWith("npm start"))
    .map((block) => block.replaceAll("http://localhost:4000", stack.url));
}

/** Runs the blocks in one shell, in a folder that looks like the repository, and with no tools but those. */
async function runAsPasted(blocks: readonly string[]) {
  const bin = join(folder, "bin");
  await mkdir(bin);
  for (const tool of tools) await symlink(await find(tool), join(bin, tool));
  await symlink(join(root, "local"), join(folder, "local"));
  await writeFile(join(folder, ".curlrc"), 'write-out = "%{stderr}%{http_code} %{url_effective}\\n"\n');
  return run(await find("bash"), ["-c", blocks.join("\n")], {
    cwd: folder,
    env: { PATH: bin, HOME: folder, CURL_HOME: folder },
  });
}

async function find(tool: string): Promise<string> {
  for (const place of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(place, tool);
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  throw new Error(`there is no ${tool} here`);
}

/** The jobs that the blocks showed, each once. */
function idsIn(stdout: string): string[] {
  return [...new Set([...stdout.matchAll(/"id":"([0-9a-f]{32})"/g)].map(([, id = ""]) => id))];
}
