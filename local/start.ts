import { fileURLToPath } from "node:url";
import { makeActivity, makePaint } from "./activity.ts";
import { runDemo } from "./demo.ts";
import { describeUsage } from "./help.ts";
import { readOptions } from "./options.ts";
import { explainDataProblem } from "./stack/data-problem.ts";
import { readSettings } from "./stack/settings.ts";
import { findMisspelled } from "./stack/settings-table.ts";
import { startStack } from "./stack/stack.ts";
import { describeStack } from "./stack-lines.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const parentPollMs = 1_000;
const sameSignalMs = 500;
const stopTimeoutMs = 20_000;

// Without this, the AWS SDK warns every user of Node 20, because our own table clients use it.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";

await main();

async function main(): Promise<void> {
  ignoreClosedOutput();
  const exit = prepareExit();
  try {
    const options = readOptions(process.argv.slice(2), process.env);
    if (options.help) return console.log(describeUsage());
    const settings = readSettings(process.env, root, options.realFal);
    for (const line of findMisspelled(process.env)) progress(line);
    stopOnSignals(exit.stop);
    process.on("uncaughtException", (error) => exit.fail(explainDataProblem(error, settings.dataDir)));
    if (settings.startedByNpm) stopWithoutParent(exit.stop);
    const paint = makePaint(process.stderr.isTTY, process.env);
    // The demo shows its own job.
    const activity = settings.isQuiet || options.demo ? undefined : makeActivity(console.error, paint);
    const stack = await startStack(settings, root, { progress, failed: exit.fail, activity });
    exit.closeFirst(stack.close);
    if (!options.demo) for (const line of describeStack(stack, settings, root)) progress(line);
    console.log(`ready ${stack.url}`);
    if (!options.demo) return;
    await runDemo(stack, settings, root).catch((error: unknown) => {
      throw explainDataProblem(error, settings.dataDir);
    });
    exit.end();
  } catch (error) {
    exit.fail(error);
  }
}

/**
 * The ways to end: `end` and `stop`, which says so, with status 0, and `fail` with status 1. All first call the function
 * that was passed to `closeFirst`.
 */
function prepareExit() {
  let close = async () => {};
  let leaving = false;
  const leave = async (status: number) => {
    if (leaving) return;
    leaving = true;
    setTimeout(() => process.exit(1), stopTimeoutMs);
    await close().catch((error: unknown) => progress(describe(error)));
    process.exit(status);
  };
  return {
    closeFirst: (closer: () => Promise<void>) => {
      close = closer;
    },
    end: () => void leave(0),
    stop: () => {
      if (!leaving) progress("stopping; open jobs continue with the next start");
      void leave(0);
    },
    // Errors during the shutdown are caused by the shutdown, so they are not reported.
    fail: (error: unknown) => {
      if (!leaving) progress(describe(error));
      void leave(1);
    },
  };
}

// Ctrl-C arrives twice, from the terminal and from npm. Only a later signal counts as a second one.
function stopOnSignals(stop: () => void): void {
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs !== undefined && Date.now() - firstAtMs > sameSignalMs) process.exit(1);
    firstAtMs ??= Date.now();
    stop();
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
}

// npm cannot notify us when it is killed, but our parent process then changes.
function stopWithoutParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || stop(), parentPollMs).unref();
}

// If the reader of our output is gone, that is not an error.
function ignoreClosedOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

function progress(line: string): void {
  console.error(`fal-jobs: ${line}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
