import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FunctionSpec, readAssembly } from "../../local/stack/template.ts";
import { effort } from "../effort.ts";
import { sharedAssembly } from "../support/assembly.ts";
import { findNode24 } from "../support/node24.ts";
import { sharedTemplate } from "../support/template.ts";
import { copyCheckout, synthesizeAssembly } from "./synthesis.ts";

const run = promisify(execFile);
const maxAssetBytes = 2 * 1024 * 1024;
const names = [
  "SubmitFunction",
  "ChangeFunction",
  "ReadFunction",
  "OwnerFunction",
  "EventsFunction",
  "ProxyReadFunction",
  "WebhookFunction",
  "SweepFunction",
  "ArchiveFunction",
  "DeliverFunction",
  "PublicFunction",
  "HealthFunction",
];

/** Text of each client's own package that stays in a bundle. */
const clientMarks: Readonly<Record<string, string>> = {
  s3: "com.amazonaws.s3#",
  lambda: "com.amazonaws.lambda#",
  events: "com.amazonaws.eventbridge#",
  secrets: "com.amazonaws.secretsmanager#",
  fal: 'name:"@fal-ai/client"',
};
/** The same for everything that is loaded late: clients, and the parser of forms. */
const lateMarks = [...Object.values(clientMarks), "Boundary required"];

const node24 = findNode24();

let folder = "";
let assembly = "";
let functions: readonly FunctionSpec[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-"));
  assembly = await sharedAssembly();
  ({ functions } = await readAssembly(assembly));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the synthesized assembly", () => {
  test("the synthesized assembly contains a small bundle for each function and no source map", async () => {
    expect(functions.map(({ id }) => id)).toEqual(names);
    for (const each of functions) {
      const files = await readBundle(each);
      expect(Object.keys(files)).toContain("index.mjs");
      expect(Object.keys(files).filter((file) => !file.endsWith(".mjs"))).toEqual([]);
      const code = Object.values(files).join("");
      expect(Buffer.byteLength(code)).toBeLessThan(maxAssetBytes);
      expect(code).not.toContain("sourceMappingURL");
    }
  });

  test("a cold start parses no client and no parser that its function loads late", async () => {
    for (const each of functions) {
      const files = await readBundle(each);
      const early = [...filesLoadedBy("index.mjs", files)].map((file) => files[file] ?? "").join("");
      expect(lateMarks.filter((mark) => early.includes(mark))).toEqual([]);
    }
  });

  test("what a bundle loads late exports each name that is taken from it", async () => {
    const missing: string[] = [];
    for (const each of functions)
      for (const code of Object.values(await readBundle(each)))
        for (const [, taken = "", file = ""] of code.matchAll(/\{([^{}]*)\}=await import\("\.\/([^"]+)"\)/g)) {
          const exported = await import(pathToFileURL(join(each.folder, file)).href);
          const names = taken.split(",").map((name) => name.split(":")[0] ?? "");
          missing.push(...names.filter((name) => !(name in exported)).map((name) => `${each.id} ${file}: ${name}`));
        }
    expect(missing).toEqual([]);
  });

  test("no function imports node:http at its start, which loads Node's fetch, too", async () => {
    for (const each of functions)
      expect(Object.values(await readBundle(each)).join("")).not.toMatch(/from\s*"node:http"/);
  });

  test("a bundle contains a client only if its function can use it", async () => {
    const clients = functions.map(async (each) => {
      const code = Object.values(await readBundle(each)).join("");
      return [each.id, Object.keys(clientMarks).filter((name) => code.includes(clientMarks[name] ?? ""))] as const;
    });
    expect(Object.fromEntries(await Promise.all(clients))).toEqual({
      SubmitFunction: ["secrets", "fal"],
      ChangeFunction: ["s3", "secrets", "fal"],
      ReadFunction: ["secrets", "fal"],
      OwnerFunction: ["secrets"],
      EventsFunction: ["secrets", "fal"],
      ProxyReadFunction: ["secrets", "fal"],
      WebhookFunction: ["s3"],
      SweepFunction: ["s3", "lambda", "secrets", "fal"],
      ArchiveFunction: ["s3", "lambda"],
      DeliverFunction: ["lambda", "events", "secrets"],
      PublicFunction: [],
      HealthFunction: ["secrets"],
    });
  });

  test("A24: the synthesized assembly gives the stack's name to every function that can count a metric", async () => {
    const bundles = functions.map(async (each) => {
      const { id, environment } = each;
      const code = Object.values(await readBundle(each)).join("");
      return code.includes("CloudWatchMetrics") ? [[id, environment.STACK_NAME, code.includes("STACK_NAME")]] : [];
    });
    const counting = (await Promise.all(bundles)).flat();
    expect(counting).toContainEqual(["WebhookFunction", "FalJobs", true]);
    expect(counting).toEqual(counting.map(([id]) => [id, "FalJobs", true]));
  });

  test.each(names)(
    "the synthesized assembly imports %s and what it loads late on Node 20 with only its deployed environment",
    async (name) => {
      expect(await importHandler(process.execPath, name)).toBe("function");
    },
  );

  test.skipIf(node24 === undefined).each(names)(
    "the synthesized assembly imports %s and what it loads late on Node 24 with only its deployed environment",
    async (name) => {
      expect(await importHandler(node24 ?? "", name)).toBe("function");
    },
  );

  test.runIf(effort.synthesizesTwice)(
    "the synthesized assembly is identical from a checkout at another depth",
    async () => {
      const checkout = join(folder, "another", "depth", "altogether");
      const output = join(folder, "output");
      await copyCheckout(checkout);
      await synthesizeAssembly(checkout, output);
      expect(await readFingerprint(output)).toEqual(await readFingerprint(assembly));
    },
  );

  test.runIf(effort.lintsTemplate).for(["default", "everything"] as const)(
    "the synthesized assembly has a template without cfn-lint errors: %s",
    async (variant, { skip }) => {
      const template = join(folder, `${variant}.json`);
      await writeFile(template, JSON.stringify(await sharedTemplate(variant)));
      const lint = spawnSync("cfn-lint", ["--non-zero-exit-code", "error", template], { encoding: "utf8" });
      skip(lint.error !== undefined, "cfn-lint is not installed (pip install cfn-lint)");
      expect(lint.status, lint.stdout).toBe(0);
    },
  );
});

/** The files of a function's bundle: name → content. */
async function readBundle({ folder: bundle }: FunctionSpec): Promise<Readonly<Record<string, string>>> {
  const names = await readdir(bundle);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(bundle, name), "utf8")] as const)),
  );
}

/** The files that are loaded with a file: it and what it imports, without what it loads with `import()`. */
function filesLoadedBy(file: string, files: Readonly<Record<string, string>>, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, imported = ""] of (files[file] ?? "").matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g))
    filesLoadedBy(imported, files, found);
  return found;
}

async function importHandler(node: string, name: string): Promise<string> {
  const found = functions.find(({ id }) => id === name);
  if (found === undefined) throw new Error(`the assembly has no ${name}`);
  const url = pathToFileURL(join(found.folder, "index.mjs")).href;
  // Lambda itself defines the global that streaming handlers use.
  const late = (await readdir(found.folder)).map((file) => pathToFileURL(join(found.folder, file)).href);
  const program = `globalThis.awslambda = { streamifyResponse: (handler) => handler };
    const { handler } = await import(${JSON.stringify(url)});
    for (const file of ${JSON.stringify(late)}) await import(file);
    console.log(typeof handler);`;
  // Lambda itself sets the region and the function's name.
  const env = { ...found.environment, AWS_REGION: "us-east-1", AWS_LAMBDA_FUNCTION_NAME: name };
  const { stdout } = await run(node, ["--input-type=module", "--eval", program], { env });
  return stdout.trim();
}

/** What `cdk deploy` uses: the template and the asset manifest, whose names are the assets' hashes. */
async function readFingerprint(output: string): Promise<string[]> {
  return Promise.all(
    ["FalJobs.template.json", "FalJobs.assets.json"].map((file) => readFile(join(output, file), "utf8")),
  );
}
