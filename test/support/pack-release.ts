import { packRelease } from "./releases.ts";

// node --import tsx test/support/pack-release.ts cdk.out v0.1.0
const [folder, tag] = process.argv.slice(2);
if (folder === undefined || tag === undefined) throw new Error("expected a folder that cdk synth wrote, and a tag");
await packRelease(folder, tag);
