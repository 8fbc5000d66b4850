import { execFile } from "node:child_process";
import { mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { effort } from "../effort.ts";
import { published } from "../openapi/published.ts";
import { createMemoryService } from "../support/memory-service.ts";
import { accepted } from "../support/one-job.ts";
import { CLIENTS, type Client } from "./clients.ts";
import { INSTALL_MS, installGenerators } from "./install.ts";
import { serveMemory } from "./serve.ts";

const run = promisify(execFile);
const compiler = join(import.meta.dirname, "..", "..", "node_modules", "typescript", "bin", "tsc");
const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  target: "es2023",
  module: "esnext",
  moduleResolution: "bundler",
  lib: ["es2023", "dom", "dom.iterable"],
  types: [],
};

/** A Node of at least this version: that of this process, or the one that `NODE24` names. */
function nodeOf(version: number): string | undefined {
  return Number.parseInt(process.versions.node, 10) >= version ? process.execPath : process.env.NODE24;
}

/** Makes a client of the document in a new folder, with the program that uses it. Returns the program's file. */
async function generate(installed: string, node: string, client: Client, url: string): Promise<string> {
  const folder = await mkdtemp(join(inject("runFolder"), "client-"));
  await writeFile(join(folder, "document.json"), JSON.stringify({ ...published, servers: [{ url }] }));
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: COMPILER_OPTIONS }));
  if (client.config) await writeFile(join(folder, "orval.config.cjs"), client.config(url));
  await run(node, [join(installed, "node_modules", client.script), ...client.options], { cwd: folder });
  const program = join(folder, "program.ts");
  await writeFile(program, client.program(url));
  return program;
}

/** Runs a program and returns what it exports. */
async function load(program: string): Promise<Readonly<Record<string, unknown>>> {
  const outfile = program.replace(/\.ts$/, ".mjs");
  await build({ entryPoints: [program], outfile, bundle: true, format: "esm", platform: "node", target: "node20" });
  return import(pathToFileURL(outfile).href);
}

describe.runIf(effort.generators)("a client that a generator makes of the document", () => {
  let installed: string | undefined;

  beforeAll(async () => {
    installed = await installGenerators().catch(() => undefined);
  }, INSTALL_MS);

  it.for(CLIENTS)(
    "$name compiles strictly, refuses a misspelled field, makes a job and finds it",
    async (client, { skip }) => {
      const node = nodeOf(client.needsNode);
      if (node === undefined) return skip(`${client.name} needs Node ${client.needsNode}; NODE24 names none`);
      if (installed === undefined) return skip("the generators cannot be installed from the npm registry");
      const url = await serveMemory(createMemoryService({ submitToFal: async () => accepted }));
      const program = await generate(installed, node, client, url);
      await expect(run(process.execPath, [compiler, "-p", dirname(program)])).resolves.toMatchObject({ stdout: "" });
      expect(await load(program)).toMatchObject({ status: "queued", usd: 0.4, found: 1 });
    },
  );
});
