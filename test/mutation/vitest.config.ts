import { defineConfig } from "vitest/config";

/** As the tests' own configuration, in one project: a run of one file starts in a second or two. */
export default defineConfig({
  test: {
    root: process.cwd(),
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/quiet.ts"],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", AWS_REGION: "us-east-1" },
    silent: "passed-only",
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
