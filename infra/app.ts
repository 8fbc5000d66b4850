import { createApp } from "./create-app.ts";

// The output goes to CDK_OUTDIR. The CDK's command line sets it; a person who runs this file directly may set it.
createApp().synth();
