import { createApp } from "./create-app.ts";

// Written to CDK_OUTDIR, which the CDK's command line sets and whoever runs this file directly may set.
createApp().synth();
