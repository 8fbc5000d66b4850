import { createApp } from "./create-app.ts";
import { SettingsError } from "./settings.ts";

// The output goes to CDK_OUTDIR. The CDK's command line sets it; a person who runs this file directly may set it.
try {
  createApp().synth();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(`fal-jobs: ${error.message}`);
  process.exitCode = 1;
}
