import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * File → what it uses: files by their path from the root, packages by name, and the `FORBIDDEN` by their own names.
 * Types count like everything else.
 */
type Graph = ReadonlyMap<string, readonly string[]>;

/**
 * The rooms of `lambdas/`, top floor first. A room imports from the floors below its own: nothing above, nobody beside
 * it.
 */
const FLOORS = [
  ["functions"],
  ["proxy"],
  ["routes", "sweep"],
  ["settle"],
  ["archive", "deliver", "submit"],
  ["fal", "http", "table"],
  ["aws", "contract"],
  ["job"],
  ["limits.ts", "log.ts", "metrics.ts"],
];

/** Each top-level folder, and the other folders that its files may import. No folder may import `test/` or `bench/`. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  lambdas: [],
  infra: ["console"],
  console: ["client"],
  openapi: ["lambdas"],
  local: ["infra"],
  operate: ["lambdas"],
  client: [],
  // It measures the examples as users copy them.
  bench: ["examples", "infra", "lambdas", "local"],
  docs: ["infra", "lambdas", "local"],
  examples: [],
};
/** Tests import whatever they test. */
const UNCHECKED = ["test", "node_modules", "cdk.out"];
const SOURCE = /\.[cm]?[jt]sx?$/;

/** What no file of `lambdas/` may contain, because it hides an import or serves tests alone. */
const FORBIDDEN: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["require", /\bcreateRequire\b|\brequire\s*\(/],
  ["an import that is computed", /\bimport\s*\(\s*[^"\s]/],
  ["a hook for tests", /\bexport\b.*(?:for_?tests?|testing|testonly)\b/i],
  ["node:process", /["']node:process["']|["']process["']/],
];
/** Only `lambdas/functions/environment.ts` reads the environment, however it is written. */
const READS_ENVIRONMENT = /\bprocess\b(?!\s*\.\s*stdout\b)/;
/** A function of Lambda is not a part of another one. These are parts of several. */
const SHARED_BY_FUNCTIONS = [
  "collaborators",
  "deliverers",
  "environment",
  "fal-connector",
  "lazy-bucket",
  "lazy-starter",
  "master-secret",
  "submitters",
].map((name) => `lambdas/functions/${name}.ts`);
/** What is generated, and served by the only function that imports it. */
const SERVED = {
  files: ["docs/reference/openapi.json", "console/dist/page.json"],
  reader: "lambdas/functions/public.ts",
};

/** Packages, and `process.env`, that only one place may use. */
const HOMES = [
  { of: /^(@aws-sdk\/|@smithy\/|aws4fetch$)/, home: /^lambdas\/aws\// },
  { of: /^@fal-ai\//, home: /^lambdas\/fal\/client\.ts$/ },
  { of: /^process\.env$/, home: /^lambdas\/functions\/environment\.ts$/ },
];

function findViolations(graph: Graph): string[] {
  const misplaced = [...graph.keys()]
    .filter((file) => !isInItsPlace(file))
    .map((file) => `${file} is in no known place`);
  const rows = [...graph].flatMap(([from, imports]) => imports.map((to) => ({ from, to })));
  const bad = rows.filter(({ from, to }) => !mayImport(from, to)).map(({ from, to }) => `${from} imports ${to}`);
  return [...misplaced, ...bad, ...findCircles(graph)];
}

function isInItsPlace(file: string): boolean {
  const [folder = ""] = file.split("/");
  return folder in FOLDERS && (folder !== "lambdas" || floorOf(file) !== -1);
}

function mayImport(from: string, to: string): boolean {
  const [folder = "", target = ""] = [from, to].map((path) => path.split("/")[0]);
  if (folder === "lambdas" && !mayLambdaUse(from, to)) return false;
  if (!isPath(to)) return true;
  if (folder !== target) return isServed(from, to) || (FOLDERS[folder]?.includes(target) ?? false);
  if (folder !== "lambdas") return folder in FOLDERS;
  const [above, below] = [floorOf(from), floorOf(to)];
  return above !== -1 && below !== -1 && (above < below || roomOf(from) === roomOf(to));
}

function mayLambdaUse(from: string, to: string): boolean {
  if (FORBIDDEN.some(([name]) => name === to)) return false;
  if (HOMES.some(({ of, home }) => of.test(to) && !home.test(from))) return false;
  if (from === "lambdas/limits.ts") return false;
  if (isPath(to) && !/\.(ts|json)$/.test(to)) return false;
  if (from.startsWith("lambdas/functions/") && to.startsWith("lambdas/functions/"))
    return SHARED_BY_FUNCTIONS.includes(to);
  if (!from.startsWith("lambdas/job/")) return true;
  return /^(lambdas\/job\/.*|lambdas\/limits\.ts|node:crypto|canonicalize|uuid)$/.test(to);
}

/** Files are named by their path from the root; packages never start with a folder of ours. */
function isPath(to: string): boolean {
  const [folder = ""] = to.split("/");
  return to.includes("/") && (folder in FOLDERS || UNCHECKED.includes(folder) || to.startsWith(".."));
}

function isServed(from: string, to: string): boolean {
  return SERVED.files.includes(to) && from === SERVED.reader;
}

function roomOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function floorOf(path: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(roomOf(path)));
}

/** One line for each file that reaches itself. */
function findCircles(graph: Graph): string[] {
  return [...graph.keys()].flatMap((start) => {
    const reached = new Set<string>();
    const queue = [...(graph.get(start) ?? [])];
    for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
      if (reached.has(file)) continue;
      reached.add(file);
      queue.push(...(graph.get(file) ?? []));
    }
    return reached.has(start) ? [`${start} imports itself in a circle`] : [];
  });
}

function readGraph(root: string): Graph {
  const folders = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !UNCHECKED.includes(entry.name))
    .map(({ name }) => name);
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .map((path) => join(folder, path).replaceAll("\\", "/"))
      .filter((path) => SOURCE.test(path) && !/\/(node_modules|dist)\//.test(path)),
  );
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), "utf8"))]));
}

function importsOf(file: string, source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$|\s\/\/\s.*$/gm, "");
  const named = [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'`]([^"'`]+)["'`]/g)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? normalize(join(dirname(file), specifier)).replaceAll("\\", "/") : specifier,
  );
  const forbidden = FORBIDDEN.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
  return [...named, ...forbidden, ...(READS_ENVIRONMENT.test(code) ? ["process.env"] : [])];
}

describe("the architecture", () => {
  it("the architecture imports point downward only, without circles, and each vendor is used in one place", () => {
    const graph = readGraph(join(import.meta.dirname, ".."));
    expect(graph.size).toBeGreaterThan(150);
    expect(findViolations(graph)).toEqual([]);
  });
});

describe("a planted violation is found", () => {
  const clean: readonly (readonly [string, readonly string[]])[] = [
    ["lambdas/functions/submit.ts", ["lambdas/functions/environment.ts", "lambdas/routes/create-job.ts"]],
    ["lambdas/functions/environment.ts", ["process.env", "lambdas/aws/credentials.ts"]],
    ["lambdas/routes/create-job.ts", ["lambdas/submit/attempt.ts", "lambdas/http/api.ts", "lambdas/limits.ts"]],
    ["lambdas/submit/attempt.ts", ["lambdas/fal/client.ts", "lambdas/job/job.ts", "lambdas/log.ts"]],
    ["lambdas/fal/client.ts", ["@fal-ai/client", "lambdas/job/job.ts"]],
    ["lambdas/aws/bucket.ts", ["@aws-sdk/client-s3", "lambdas/limits.ts"]],
    ["lambdas/job/job.ts", ["lambdas/job/due.ts", "node:crypto", "lambdas/limits.ts"]],
    ["openapi/document.ts", ["lambdas/contract/site.ts", "zod"]],
    ["local/start.ts", ["local/stack/stack.ts", "process.env", "@aws-sdk/client-s3"]],
  ];

  it("a clean graph has no violations", () => {
    expect(findViolations(new Map(clean))).toEqual([]);
  });

  it.each([
    ["a door that another door opens", "lambdas/routes/create-job.ts", "lambdas/proxy/submit.ts"],
    ["a room beside its own floor", "lambdas/submit/attempt.ts", "lambdas/archive/archive-video.ts"],
    ["a sweep that calls a route", "lambdas/sweep/sweep.ts", "lambdas/routes/cancel-job.ts"],
    ["a collaborator that knows a process", "lambdas/fal/media.ts", "lambdas/archive/store-video.ts"],
    ["a lifecycle that knows the contract", "lambdas/job/transition.ts", "lambdas/contract/price.ts"],
    ["a lifecycle that logs", "lambdas/job/transition.ts", "lambdas/log.ts"],
    ["a lifecycle that uses a vendor", "lambdas/job/identity.ts", "zod/mini"],
    ["the table's client outside aws/", "lambdas/table/job-table.ts", "@aws-sdk/lib-dynamodb"],
    ["S3 in the proxy", "lambdas/proxy/result.ts", "@aws-sdk/client-s3"],
    ["fal's client twice", "lambdas/submit/attempt.ts", "@fal-ai/client"],
    ["the environment read elsewhere", "lambdas/proxy/read.ts", "process.env"],
    ["a room that is on no floor", "lambdas/helpers/date.ts", "lambdas/limits.ts"],
    ["a function that is part of another", "lambdas/functions/read.ts", "lambdas/functions/submit.ts"],
    ["limits that import", "lambdas/limits.ts", "zod"],
    ["a package with a name that begins like an allowed one", "lambdas/job/identity.ts", "uuid-parse"],
    ["the API document read elsewhere", "lambdas/routes/openapi.ts", "docs/reference/openapi.json"],
    ["an import without its extension", "lambdas/submit/attempt.ts", "lambdas/fal/client"],
    ["docs that import a test", "docs/generate/limits-page.ts", "test/support/jobs.ts"],
    ["an example that imports a lambda", "examples/node/index.mjs", "lambdas/job/job.ts"],
    ["an unlisted top-level folder", "scripts/one.ts", "lambdas/limits.ts"],
    ["lambdas that know local", "lambdas/submit/attempt.ts", "local/fal/queue.ts"],
    ["lambdas that build the OpenAPI document", "lambdas/routes/openapi.ts", "openapi/document.ts"],
    ["infra that loads a lambda", "infra/stack.ts", "lambdas/functions/submit.ts"],
    ["a document that knows local", "openapi/document.ts", "local/stack/stack.ts"],
    ["code that imports a test", "local/start.ts", "test/support/jobs.ts"],
    ["code that imports a bench", "infra/app.ts", "bench/bench.ts"],
  ])("%s", (_what, from, to) => {
    expect(findViolations(new Map([...clean, [from, [to]]]))).toContain(`${from} imports ${to}`);
  });

  it.each([
    ["a room that is on no floor", "lambdas/helpers/date.ts", "export const x = 1;"],
    ["a file beside the rooms", "lambdas/helper.ts", ""],
    ["an unlisted top-level folder", "scripts/one.ts", 'import "../lambdas/functions/submit.ts";'],
    ["the environment by its module", "lambdas/proxy/a.ts", 'import { env } from "node:process";'],
    ["the environment by destructuring", "lambdas/proxy/a.ts", "const { env } = process;"],
    ["the environment by brackets", "lambdas/proxy/a.ts", 'process["env"].X;'],
    ["require", "lambdas/contract/a.ts", "createRequire(import.meta.url)(x);"],
    ["an import that is computed", "lambdas/contract/a.ts", "await import(`./x.ts`);"],
    ["an import behind a comment", "lambdas/contract/a.ts", '/** x */ import { a } from "../routes/read-job.ts";'],
    ["an import in single quotes", "lambdas/contract/a.ts", "import { a } from '../routes/read-job.ts';"],
    ["a script beside the modules", "lambdas/contract/a.js", 'import "../routes/read-job.ts";'],
    ["one function that exports another", "lambdas/functions/a.ts", 'export * from "./submit.ts";'],
    ["a hook for tests", "lambdas/routes/a.ts", "export function setClockForTests() {}"],
  ])("in a tree: %s", (_what, file, source) => {
    const root = mkdtempSync(join(tmpdir(), "fal-jobs-tree-"));
    try {
      mkdirSync(join(root, dirname(file)), { recursive: true });
      writeFileSync(join(root, file), source);
      expect(findViolations(readGraph(root))).not.toEqual([]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it("a circle of type imports only", () => {
    const source = 'import type { B } from "./b.ts";\nexport type A = B;\n';
    const graph = new Map([
      ["lambdas/fal/a.ts", importsOf("lambdas/fal/a.ts", source)],
      ["lambdas/fal/b.ts", ["lambdas/fal/c.ts"]],
      ["lambdas/fal/c.ts", ["lambdas/fal/a.ts"]],
    ]);
    expect(findViolations(graph)).toHaveLength(3);
  });

  it("an import is found in any of its forms, and ignored in a comment", () => {
    const source = [
      'import { a } from "./a.ts";',
      'import type { B } from "../b.ts";',
      'export { c } from "./c.ts";',
      'const d = await import("./d.ts");',
      'import "zod";',
      "const { env } = process.env;",
      '// import { e } from "./e.ts";',
    ];
    const expected = ["x/y/a.ts", "x/b.ts", "x/y/c.ts", "x/y/d.ts", "zod", "process.env"];
    expect(importsOf("x/y/z.ts", source.join("\n")).sort()).toEqual(expected.sort());
  });
});
