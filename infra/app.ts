import { buildConsole } from "../console/build.ts";
import { createApp } from "./create-app.ts";
import { SettingsError } from "./settings.ts";

// The output goes to CDK_OUTDIR. The CDK's command line sets it; a person who runs this file directly may set it.
try {
  await buildConsole();
  createApp({}, print).synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  error.message.split("\n").forEach(print);
  process.exitCode = 1;
}

function print(line: string): void {
  console.error(`fal-jobs: ${line}`);
}
