import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { MODE_VARIABLE } from "./test/effort.ts";
import { LongestFirst } from "./test/longest-first.ts";

const endToEnd = ["test/end-to-end/**/*.test.ts", "test/browser/**/*.test.ts"];
/** Alone, at the end: 200 jobs at the same moment, beside which a neighbour's limits would tell nothing, nor its own. */
const alone = ["test/end-to-end/many-jobs.test.ts"];
/** Only with `--mode all`, and alone as well: its callers give up after so many looks, which come too soon on a busy machine. */
const proof = "test/end-to-end/prove.test.ts";
/** Only with `--mode all`: programs that are started once a test, pages in a browser, and the money proof. */
const examples = ["test/browser/**/*.test.ts", "test/end-to-end/*-example.test.ts"];
/** Apart: after some thousand calls `URL.canParse` of Node 20 is wrong about hosts such as bücher.example, for a whole process. */
const searches = ["test/property/**/*.test.ts", "test/simulation/**/*.test.ts"];

/** `vitest run --mode all` does all that there is to prove; other runs do less of each search (test/effort.ts). */
export default defineConfig(({ mode }) => {
  const common = {
    setupFiles: ["test/support/quiet.ts", "test/support/put-back.ts"],
    env: {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      AWS_REGION: "us-east-1",
      [MODE_VARIABLE]: mode,
    },
    // Files share processes: each puts back what it stubs, and what takes long to load is loaded once.
    isolate: false,
    // Whatever hangs fails. They say nothing about speed: a busy machine is no reason to fail.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 90_000 } },
  };
  return {
    test: {
      globalSetup: "test/run-folder.ts",
      silent: "passed-only",
      sequence: { sequencer: LongestFirst },
      // Whole stacks mostly wait, so there are more files at once than cores; fewer where some of them run on Java.
      maxWorkers: Math.max(mode === "all" ? 4 : 5, availableParallelism()),
      projects: [
        { test: { ...common, name: "parts", include: ["test/**/*.test.ts"], exclude: [...endToEnd, ...searches] } },
        { test: { ...common, name: "searches", include: searches } },
        {
          test: {
            ...common,
            name: "end to end",
            include: endToEnd,
            exclude: mode === "all" ? [...alone, proof] : [...alone, proof, ...examples],
          },
        },
        { test: { ...common, name: "load", include: alone, sequence: { groupOrder: 1 } } },
        ...(mode === "all"
          ? [{ test: { ...common, name: "proof", include: [proof], sequence: { groupOrder: 2 } } }]
          : []),
      ],
    },
  };
});
