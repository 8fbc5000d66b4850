import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutation } from "./mutation.ts";
import { mutations } from "./mutations.ts";

/** `npm run mutate [-- text]`: breaks the code in each of the listed ways (or those whose text matches) and says which breaks the tests catch. */
const root = join(import.meta.dirname, "..", "..");
const copied = [
  "lambdas",
  "openapi",
  "docs/reference",
  "infra",
  "local",
  "test",
  "cdk.json",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
];
const defaultTests = ["test/unit", "test/simulation"];
const schedules = process.env.SCHEDULES ?? "1500";
const lanes = 2;

const wanted = process.argv[2] ?? "";
const queue = mutations.filter(({ rule, what }) => `${rule} ${what}`.includes(wanted));
const total = queue.length;
let missed = 0;

for (const mutation of mutations) await checkFit(mutation);
await Promise.all(Array.from({ length: lanes }, workThrough));
console.log(`${total - missed} caught, ${missed} missed`);
process.exit(missed > 0 ? 1 : 0);

async function workThrough(): Promise<void> {
  const checkout = await copyProject();
  try {
    for (let mutation = queue.shift(); mutation; mutation = queue.shift()) await judge(checkout, mutation);
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
}

async function judge(checkout: string, mutation: Mutation): Promise<void> {
  const undo = await apply(checkout, mutation);
  const failure = await runTests(checkout, mutation.tests ?? defaultTests);
  await undo();
  if (failure === undefined) missed++;
  console.log(
    `${failure === undefined ? "MISSED" : "caught"}  ${mutation.rule}: ${mutation.what}${failure ? `  (${failure})` : ""}`,
  );
}

async function copyProject(): Promise<string> {
  const checkout = await mkdtemp(join(tmpdir(), "fal-jobs-mutation-"));
  await mkdir(checkout, { recursive: true });
  for (const name of copied) await cp(join(root, name), join(checkout, name), { recursive: true });
  await symlink(join(root, "node_modules"), join(checkout, "node_modules"));
  return checkout;
}

/** Throws when an edit no longer fits the code exactly once. */
async function checkFit({ edits, what }: Mutation): Promise<void> {
  for (const { file, find } of edits) {
    const text = await readFile(join(root, file), "utf8");
    if (text.split(find).length !== 2) throw new Error(`the mutation "${what}" no longer fits ${file}: ${find}`);
  }
}

/** Applies the edits and gives what undoes them. */
async function apply(checkout: string, { edits }: Mutation): Promise<() => Promise<void>> {
  const originals = new Map<string, string>();
  for (const { file, find, replace } of edits) {
    const path = join(checkout, file);
    const text = await readFile(path, "utf8");
    if (!originals.has(path)) originals.set(path, text);
    await writeFile(
      path,
      text.replace(find, () => replace),
    );
  }
  return async () => {
    for (const [path, text] of originals) await writeFile(path, text);
  };
}

/** The first test that fails; undefined when none does. */
function runTests(checkout: string, tests: readonly string[]): Promise<string | undefined> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const child = spawn(process.execPath, [vitest, "run", ...tests, "--bail=1"], {
    cwd: checkout,
    env: { ...process.env, SCHEDULES: schedules, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    child.on("close", (status) => {
      const promise = /seed \d+: \w+: ([^(\n]+)/.exec(output)?.[1]?.trim();
      const test = /FAIL\s+(.+)/.exec(output)?.[1]?.split(" > ").at(-1);
      resolve(status === 0 ? undefined : (promise ?? test ?? "the tests did not run"));
    });
  });
}
