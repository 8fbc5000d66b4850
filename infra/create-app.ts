import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App, type AppProps } from "aws-cdk-lib";
import { z } from "zod";
import { readSettings } from "./settings.ts";
import { FalJobs } from "./stack.ts";

/**
 * The app with its single stack. It reads cdk.json's context without the CDK's command line, so that `node --import tsx
 * infra/app.ts` alone writes exactly the assembly that `cdk deploy` uploads. `context` of the props, and `-c` on the
 * command line, override cdk.json. Throws SettingsError.
 */
export function createApp(props: AppProps = {}): App {
  const cdkJson: unknown = JSON.parse(readFileSync(join(import.meta.dirname, "..", "cdk.json"), "utf8"));
  const { context } = z.object({ context: z.record(z.string(), z.unknown()) }).parse(cdkJson);
  const app = new App({ ...props, analyticsReporting: false, context: { ...context, ...props.context } });
  new FalJobs(app, "FalJobs", readSettings(app.node.getAllContext()));
  return app;
}
