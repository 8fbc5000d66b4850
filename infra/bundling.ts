import { type BundlingOptions, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";

/**
 * How every function is bundled: one minified ES module that holds all it needs, the AWS SDK too, so that what was tested is
 * what runs. No source map: it names the output folder, on which the asset's hash would then depend.
 */
export const bundling = {
  format: OutputFormat.ESM,
  target: "node20",
  mainFields: ["module", "main"],
  externalModules: [],
  minify: true,
  sourceMap: false,
  esbuildArgs: { "--alias:@aws-sdk/credential-provider-node": "./lambdas/aws/credentials.ts" },
} satisfies BundlingOptions;
