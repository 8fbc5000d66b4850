// The SDK's advice about Node versions is for us, not for the operator.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const { text } = await import("node:stream/consumers");
const { runOps } = await import("./run.ts");

// Whoever reads the output may have read enough, such as `head`. The work goes on, and an operation is not cut off.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

process.exitCode = await runOps(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
  dataDir: process.env.DATA_DIR || ".local",
  now: Date.now,
  falKey: process.env.FAL_KEY,
  readInput: () => text(process.stdin),
});
