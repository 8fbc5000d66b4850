import { spawn } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** The result of one test run. `where` is the first test file that failed, or `seed N` of the simulation. */
export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly where: string; readonly test: string }
  /** No test failed, but the run did not pass either, so it proves nothing. */
  | { readonly kind: "did_not_run"; readonly output: string };

/** Runs test files or folders in a checkout, until the first of them fails. `env` sets the simulation's seeds. */
export function runTests(
  checkout: string,
  tests: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Verdict> {
  const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
  const options = ["--maxWorkers=1", "--testTimeout=30000", "--bail=1", "--reporter=default"];
  const child = spawn(process.execPath, [vitest, "run", ...tests, ...options], {
    cwd: checkout,
    env: { ...process.env, ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    child.on("close", (status) => resolve(status === 0 ? { kind: "passed" } : readFailure(output)));
  });
}

/** A test file that cannot be loaded has no failed test. */
function readFailure(output: string): Verdict {
  const [, file, test] = /^ *FAIL +(?:\|[^|]*\| +)?(\S+) > (.+)$/m.exec(output) ?? [];
  if (file === undefined || test === undefined) return { kind: "did_not_run", output };
  const [, seed, promise] = /seed (\d+): (?:\w+: )?([^(\n]+)/.exec(output) ?? [];
  if (seed !== undefined && promise !== undefined)
    return { kind: "failed", where: `seed ${seed}`, test: promise.trim() };
  return { kind: "failed", where: file, test: test.split(" > ").at(-1) ?? test };
}
