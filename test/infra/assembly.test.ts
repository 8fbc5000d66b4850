import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
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
  test("the synthesized assembly contains one small module for each function and no source map", async () => {
    expect(functions.map(({ id }) => id)).toEqual(names);
    for (const each of functions) {
      expect(await readdir(each.folder)).toEqual(["index.mjs"]);
      const bundle = join(each.folder, "index.mjs");
      expect((await stat(bundle)).size).toBeLessThan(maxAssetBytes);
      expect(await readFile(bundle, "utf8")).not.toContain("sourceMappingURL");
    }
  });

  test("A24: the synthesized assembly gives the stack's name to every function that can count a metric", async () => {
    const bundles = functions.map(async ({ id, folder: bundle, environment }) => {
      const code = await readFile(join(bundle, "index.mjs"), "utf8");
      return code.includes("CloudWatchMetrics") ? [[id, environment.STACK_NAME, code.includes("STACK_NAME")]] : [];
    });
    const counting = (await Promise.all(bundles)).flat();
    expect(counting).toContainEqual(["WebhookFunction", "FalJobs", true]);
    expect(counting).toEqual(counting.map(([id]) => [id, "FalJobs", true]));
  });

  test.each(names)(
    "the synthesized assembly imports %s on Node 20 with only its deployed environment",
    async (name) => {
      expect(await importHandler(process.execPath, name)).toBe("function");
    },
  );

  test.skipIf(node24 === undefined).each(names)(
    "the synthesized assembly imports %s on Node 24 with only its deployed environment",
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

async function importHandler(node: string, name: string): Promise<string> {
  const found = functions.find(({ id }) => id === name);
  if (found === undefined) throw new Error(`the assembly has no ${name}`);
  const url = pathToFileURL(join(found.folder, "index.mjs")).href;
  // Lambda itself defines the global that streaming handlers use.
  const program = `globalThis.awslambda = { streamifyResponse: (handler) => handler };
    const { handler } = await import(${JSON.stringify(url)}); console.log(typeof handler);`;
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
