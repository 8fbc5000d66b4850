import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { App, type AppProps } from "aws-cdk-lib";
import { z } from "zod";
import { chooseSettings } from "./settings-file.ts";
import { FalJobs } from "./stack.ts";

const root = join(import.meta.dirname, "..");

/**
 * The app with its single stack. It reads cdk.json's context without the CDK's command line, so that `node --import tsx
 * infra/app.ts` alone writes exactly the assembly that `cdk deploy` uploads. `context` of the props, and `-c` on the
 * command line, override cdk.json. `warn` gets a line about settings of the command line. Throws SettingsError.
 */
export function createApp(props: AppProps = {}, warn: (line: string) => void = () => {}): App {
  const cdkJson: unknown = JSON.parse(readFileSync(join(root, "cdk.json"), "utf8"));
  const { context } = z.object({ context: z.record(z.string(), z.unknown()) }).parse(cdkJson);
  const app = new App({ ...props, analyticsReporting: false, context: { ...context, ...props.context } });
  new FalJobs(app, "FalJobs", chooseSettings(app.node.getAllContext(), { root, home: homedir(), warn }));
  return app;
}
