import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { App, AppProps } from "aws-cdk-lib";
import { createApp } from "../../infra/create-app.ts";

/** The repository's root. */
export const root = join(import.meta.dirname, "..", "..");

const run = promisify(execFile);
/** Without a settings file and without bundles. */
const unbundled = { settings: false, "aws:cdk:bundling-stacks": [] };
/** Without the CDK's own validation, which takes ten seconds: `cdk synth` does it, which test:all runs once. */
export const unvalidated = { CDK_VALIDATION: "false" };

/** The app without bundles, under the given settings. Plugins can be added before it is synthesized. */
export function createUnbundledApp({ context = {}, ...props }: AppProps): App {
  return createApp({ ...props, builtinCloudFormationValidation: false, context: { ...unbundled, ...context } });
}

/**
 * Runs the app of a checkout as a separate process, as the local stack does, and writes the assembly with its bundles
 * into the folder.
 */
export async function synthesizeAssembly(checkout: string, folder: string): Promise<void> {
  const environment = { ...process.env, ...unvalidated, CDK_OUTDIR: folder };
  await run(process.execPath, ["--import", "tsx", "infra/app.ts"], { cwd: checkout, env: environment });
}

/** Copies what the app is made of into a folder that does not exist yet. */
export async function copyCheckout(checkout: string): Promise<void> {
  await mkdir(checkout, { recursive: true });
  for (const name of [
    "console",
    "client/api.ts",
    "infra",
    "lambdas",
    "docs/reference",
    "cdk.json",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
  ]) {
    await cp(join(root, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
}

/** Calls the function with a temporary folder that is removed afterwards. */
export async function withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
