import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/**
 * How every function is bundled: one minified ES module with everything it needs, including the AWS SDK, so that the
 * tested code is the code that runs. No source map: it contains the name of the output folder, and the asset's hash
 * would then depend on that name.
 */
export const bundling = {
  format: OutputFormat.ESM,
  target: "node20",
  mainFields: ["module", "main"],
  externalModules: [],
  minify: true,
  sourceMap: false,
  // CommonJS packages, such as the parser of forms, load Node's own modules with `require`, which an ES module lacks.
  banner: 'import { createRequire } from "node:module";const require=createRequire(import.meta.url);',
  esbuildArgs: { "--alias:@aws-sdk/credential-provider-node": "./lambdas/aws/credentials.ts" },
} satisfies BundlingOptions;
