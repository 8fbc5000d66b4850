import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const script = fileURLToPath(new URL("../../local/setup.mjs", import.meta.url));
const lockfile = JSON.stringify({
  packages: {
    "": { name: "app" },
    "node_modules/one": { version: "1.0.0", integrity: "a" },
    "node_modules/for-another-platform": { version: "1.0.0", integrity: "b", optional: true },
  },
});
const installed = JSON.stringify({ packages: { "node_modules/one": { version: "1.0.0", integrity: "a" } } });

/** Replaces npm: counts its runs, and installs as npm does, with the hidden lock file last. */
const npm = `
const { appendFileSync, mkdirSync, writeFileSync } = require("node:fs");
appendFileSync("npm-runs", process.argv.slice(2).join(" ") + "\\n");
if (process.env.NPM_FAILS) process.exit(1);
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
mkdirSync("node_modules", { recursive: true });
writeFileSync("node_modules/.package-lock.json", ${JSON.stringify(installed)});
`;

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fal-jobs-setup-"));
  await writeFile(join(root, "package-lock.json"), lockfile);
  await writeFile(join(root, "npm.js"), npm);
});

afterEach(() => rm(root, { recursive: true }));

async function setUp(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [script, root], {
    env: { ...process.env, npm_execpath: join(root, "npm.js"), ...env },
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await exit, output, errors };
}

const npmRuns = async () =>
  (await readFile(join(root, "npm-runs"), "utf8").catch(() => "")).split("\n").filter(Boolean);

describe("the setup before a start", () => {
  it("the setup before a start installs what is missing, reports it in one line, and prints nothing on standard output", async () => {
    const { status, output, errors } = await setUp();
    expect({ status, output }).toEqual({ status: 0, output: "" });
    expect(errors).toBe("fal-jobs: installing dependencies (npm ci) …\n");
    expect(await npmRuns()).toEqual(["ci --include=dev --no-audit --no-fund --loglevel=error"]);
  });

  it("the setup before a start is silent and installs nothing when everything is installed", async () => {
    await setUp();
    expect(await setUp()).toEqual({ status: 0, output: "", errors: "" });
    expect(await npmRuns()).toHaveLength(1);
  });

  it("the setup before a start installs again when the lock file names another version", async () => {
    await setUp();
    await writeFile(join(root, "package-lock.json"), lockfile.replaceAll("1.0.0", "1.0.1"));
    await setUp();
    expect(await npmRuns()).toHaveLength(2);
  });

  it("the setup before a start installs once for several concurrent starts", async () => {
    const all = await Promise.all([setUp(), setUp(), setUp()]);
    expect(all.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(await npmRuns()).toHaveLength(1);
  });

  it("the setup before a start ignores the lock of a process that has ended", async () => {
    const gone = spawn(process.execPath, ["--version"]);
    await new Promise((resolve) => gone.once("close", resolve));
    await mkdir(join(root, ".local"));
    await writeFile(join(root, ".local", "setup.lock"), String(gone.pid));
    expect((await setUp()).status).toBe(0);
  });

  it("the setup before a start fails in a clear line when npm fails, and tries again the next time", async () => {
    const { status, errors } = await setUp({ NPM_FAILS: "yes" });
    expect(status).toBe(1);
    expect(errors).toContain("fal-jobs: npm ci failed");
    expect((await setUp()).status).toBe(0);
  });
});
