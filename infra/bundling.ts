import { join } from "node:path";
import { AssetHashType, DockerImage } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { type BuildOptions, buildSync } from "esbuild";

const root = join(import.meta.dirname, "..");

/**
 * How every function is bundled: minified ES modules with everything it needs, including the AWS SDK, so that the
 * tested code is the code that runs. What `import()` loads is a file of its own, which a cold start does not parse
 * (docs/internals/decisions/0020-what-loads-late-is-another-file.md). No source map: it contains the name of the output
 * folder, and the asset's hash would then depend on that name.
 */
export const bundling = {
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node20",
  mainFields: ["module", "main"],
  minify: true,
  // The names of the files depend on the paths of their modules. These must not depend on where node_modules really is.
  preserveSymlinks: true,
  outExtension: { ".js": ".mjs" },
  // CommonJS packages, such as the parser of forms, load Node's own modules with `require`, which an ES module lacks.
  banner: { js: 'import { createRequire } from "node:module";const require=createRequire(import.meta.url);' },
  alias: { "@aws-sdk/credential-provider-node": "./lambdas/aws/credentials.ts" },
} satisfies BuildOptions;

/**
 * The bundle of one function as an asset: `index.mjs`, and beside it the files that it loads late. `entry`: path of the
 * function's module, from the root.
 */
export function bundledCode(entry: string): Code {
  return Code.fromAsset(join(root, "lambdas"), {
    // The hash of what is uploaded: a change of a source file that no bundle contains deploys nothing.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Required by the CDK, and not used: the bundle is always made here.
      image: DockerImage.fromRegistry("none"),
      // Distinguishes this asset from those of the other functions.
      command: [entry],
      local: {
        tryBundle(outdir) {
          buildSync({ ...bundling, absWorkingDir: root, entryPoints: { index: entry }, outdir });
          return true;
        },
      },
    },
  });
}
