import { execFile } from "node:child_process";
import { mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, it } from "vitest";
import { documents, root } from "./documents.ts";

const run = promisify(execFile);
const COMPILER_OPTIONS = {
  strict: true,
  noEmit: true,
  target: "es2023",
  module: "nodenext",
  lib: ["es2023", "dom", "dom.iterable"],
  types: ["node"],
  allowImportingTsExtensions: true,
  skipLibCheck: true,
};

/** A folder in which the TypeScript of a page compiles as it would in the root of the repository. */
async function likeTheRoot(): Promise<string> {
  const folder = await mkdtemp(join(inject("runFolder"), "snippets-"));
  for (const name of ["client", "node_modules"]) await symlink(join(root, name), join(folder, name));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: COMPILER_OPTIONS, include: ["*.ts"] }),
  );
  return folder;
}

async function compile(folder: string): Promise<string> {
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  const { stdout } = await run(process.execPath, [compiler, "-p", folder]).catch((error: { stdout: string }) => error);
  return stdout;
}

const SNIPPETS = documents().flatMap(({ path, text }) =>
  [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, snippet = ""]) => ({ path, snippet })),
);

it("the TypeScript on every page compiles, and a job's status is there after it without a cast", async () => {
  const folder = await likeTheRoot();
  expect(SNIPPETS.map(({ path }) => path)).toContain("docs/reference/api.md");
  for (const [place, { path, snippet }] of SNIPPETS.entries()) {
    const use = path === "docs/reference/api.md" ? "export const status: string | undefined = data?.status;\n" : "";
    await writeFile(join(folder, `snippet-${place}.ts`), `${snippet}${use}export {};\n`);
  }
  expect(await compile(folder)).toBe("");
});

it("a field that is misspelled in the TypeScript of the API's page does not compile", async () => {
  const folder = await likeTheRoot();
  const { snippet = "" } = SNIPPETS.find(({ path }) => path === "docs/reference/api.md") ?? {};
  await writeFile(join(folder, "misspelled.ts"), `${snippet.replace("prompt:", "promt:")}export {};\n`);
  expect(await compile(folder)).toContain("promt");
});
