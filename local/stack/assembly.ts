import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** The inputs of the assembly, in addition to the tools that package-lock.json pins. */
const inputs = ["lambdas", "console", "infra", "docs/reference", "cdk.json", "package-lock.json", "tsconfig.json"];
/** What the app makes of `console/`. */
const CONSOLE_OUTPUT = join("console", "dist");
/** Contains the digest of the inputs and, in a second line, the digest of the assembly. */
const digestFile = "inputs.sha256";
const synthesisTimeoutMs = 180_000;
/**
 * No settings of a deployment: functions get the local settings. And without the CDK's validation of the template,
 * which takes ten seconds: `cdk synth` and `cdk deploy` do it.
 */
const environment = { CDK_CONTEXT_JSON: JSON.stringify({ settings: false }), CDK_VALIDATION: "false" };

/**
 * Synthesizes the CDK app into `{dataDir}/cdk.out`, with its bundles, unless the folder was already made from the same
 * sources. The folder is replaced as a whole, so it never mixes two versions. If one of its files is damaged or
 * missing, the folder is made again.
 * @param onStart called before the app is synthesized.
 * @returns the assembly's folder.
 * @throws Error with the app's own output if the synthesis fails.
 */
export async function prepareAssembly(root: string, dataDir: string, onStart: () => void): Promise<string> {
  const folder = join(dataDir, "cdk.out");
  const digest = await digestFiles(root, await listInputs(root));
  const known = await readFile(join(folder, digestFile), "utf8").catch(() => "");
  if (known === (await describeAssembly(folder, digest).catch(() => undefined))) return folder;
  onStart();
  const fresh = join(dataDir, "cdk.out.new");
  const old = join(dataDir, "cdk.out.old");
  await Promise.all([remove(fresh), remove(old)]);
  await synthesize(root, fresh);
  await writeFile(join(fresh, digestFile), await describeAssembly(fresh, digest));
  await rename(folder, old).catch(ignoreMissing);
  await rename(fresh, folder);
  await remove(old);
  return folder;
}

async function describeAssembly(folder: string, inputsDigest: string): Promise<string> {
  const files = (await listFolder(folder)).filter((path) => path !== digestFile);
  return `${inputsDigest}\n${await digestFiles(folder, files.sort())}\n`;
}

async function digestFiles(root: string, paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = createHash("sha256")
      .update(await readFile(join(root, path)))
      .digest("hex");
    hash.update(`${path}\n${content}\n`);
  }
  return hash.digest("hex");
}

async function listInputs(root: string): Promise<string[]> {
  const lists = await Promise.all(
    inputs.map(async (input) => {
      const files = await listFolder(join(root, input)).catch(() => undefined);
      return files?.map((path) => join(input, path)) ?? [input];
    }),
  );
  return lists
    .flat()
    .filter((path) => !path.startsWith(CONSOLE_OUTPUT))
    .sort();
}

async function listFolder(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

async function synthesize(root: string, outdir: string): Promise<void> {
  const app = spawn(process.execPath, ["--import", "tsx", "infra/app.ts"], {
    cwd: root,
    env: { ...process.env, ...environment, CDK_OUTDIR: outdir },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: synthesisTimeoutMs,
  });
  let output = "";
  for (const stream of [app.stdout, app.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const status = await new Promise<number | null>((resolve, reject) => {
    app.once("error", reject);
    app.once("close", resolve);
  });
  if (status !== 0) throw new Error(`the CDK app could not be synthesized:\n${output.trim()}`);
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true });
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
}
