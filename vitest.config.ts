import { defineConfig } from "vitest/config";

const endToEnd = ["test/end-to-end/**/*.test.ts", "test/browser/**/*.test.ts"];
/** They load the machine for minutes; beside them a neighbour's timeouts would tell nothing. */
const heavy = ["test/end-to-end/{chaos,many-jobs}.test.ts"];
const wholeStacks = { globalSetup: "test/end-to-end/assembly.ts" };

export default defineConfig({
  test: {
    setupFiles: ["test/support/quiet.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", AWS_REGION: "us-east-1" },
    silent: "passed-only",
    // Whatever hangs fails. They say nothing about speed: a busy machine is no reason to fail.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 90_000 } },
    // One after the other: the parts, whole stacks that mostly wait, whole stacks under load.
    projects: [
      { extends: true, test: { name: "parts", include: ["test/**/*.test.ts"], exclude: endToEnd } },
      {
        extends: true,
        test: {
          name: "end to end",
          include: endToEnd,
          exclude: heavy,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...wholeStacks,
        },
      },
      {
        extends: true,
        test: { name: "load", include: heavy, fileParallelism: false, sequence: { groupOrder: 2 }, ...wholeStacks },
      },
    ],
  },
});
