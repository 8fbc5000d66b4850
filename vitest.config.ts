import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { MODE_VARIABLE } from "./test/effort.ts";
import { LongestFirst } from "./test/longest-first.ts";

const endToEnd = ["test/end-to-end/**/*.test.ts", "test/browser/**/*.test.ts"];
/** One after the other, at the end: what takes the whole machine, and what compares times or gives up after a time. */
const alone = [
  "test/end-to-end/many-jobs.test.ts",
  "test/end-to-end/isolation.test.ts",
  "test/end-to-end/prove.test.ts",
  "test/browser/console-start.test.ts",
];
/** Only with `--mode all`: programs that are started once a test, pages in a browser, and the money proof. */
const examples = ["test/browser/**/*.test.ts", "test/end-to-end/{*-example,prove}.test.ts"];
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
            exclude: mode === "all" ? alone : [...alone, ...examples],
          },
        },
        {
          test: {
            ...common,
            name: "alone",
            include: alone,
            exclude: mode === "all" ? [] : examples,
            maxWorkers: 1,
            sequence: { groupOrder: 1 },
          },
        },
      ],
    },
  };
});
