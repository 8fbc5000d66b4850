import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareAssembly } from "../../local/stack/assembly.ts";

const app = `
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
const folder = String(process.env.CDK_OUTDIR);
mkdirSync(folder);
cpSync("lambdas/one.ts", folder + "/one.ts");
`;

let root: string;
let synthesized: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "fal-jobs-assembly-"));
  synthesized = 0;
  await mkdir(join(root, "lambdas"));
  await mkdir(join(root, "console"));
  await mkdir(join(root, "infra"));
  await mkdir(join(root, "docs", "reference"), { recursive: true });
  await mkdir(join(root, "data"));
  await symlink(fileURLToPath(new URL("../../node_modules", import.meta.url)), join(root, "node_modules"));
  for (const name of ["cdk.json", "package-lock.json", "tsconfig.json"]) await writeFile(join(root, name), "{}");
  await writeFile(join(root, "infra", "app.ts"), app);
  await writeFile(join(root, "lambdas", "one.ts"), "1");
});

afterEach(() => rm(root, { recursive: true }));

const prepare = () =>
  prepareAssembly(root, join(root, "data"), () => {
    synthesized += 1;
  });

describe("the assembly", () => {
  it("the assembly is synthesized once, and again only when a source has changed", async () => {
    const folder = await prepare();
    expect(await prepare()).toBe(folder);
    expect(synthesized).toBe(1);
    await writeFile(join(root, "lambdas", "one.ts"), "2");
    expect(await prepare()).toBe(folder);
    expect(synthesized).toBe(2);
    expect(await readFile(join(folder, "one.ts"), "utf8")).toBe("2");
  });

  it("the assembly is synthesized again when one of its files is damaged or missing", async () => {
    const folder = await prepare();
    await writeFile(join(folder, "one.ts"), "garbage");
    await prepare();
    expect(await readFile(join(folder, "one.ts"), "utf8")).toBe("1");
    await rm(join(folder, "one.ts"));
    await prepare();
    expect(await readFile(join(folder, "one.ts"), "utf8")).toBe("1");
    expect(synthesized).toBe(3);
  });

  it("the assembly stays unchanged when the app fails, and the app's own message is shown", async () => {
    const folder = await prepare();
    await writeFile(join(root, "infra", "app.ts"), "throw new Error('no such setting');");
    await expect(prepare()).rejects.toThrow("no such setting");
    expect(await readFile(join(folder, "one.ts"), "utf8")).toBe("1");
  });
});
