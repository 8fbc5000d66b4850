import { runOps } from "./run.ts";

process.exitCode = await runOps(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  dataDir: process.env.DATA_DIR || ".local",
  now: Date.now,
});
