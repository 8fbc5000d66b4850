import { claimTwoPorts } from "../support/ports.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { killLeftovers, startLocalStack } from "./local-stack.ts";

/** The local stack as a child process, with the fal emulator, in its own data folder. */
export type EmulatorStack = Awaited<ReturnType<typeof startWithEmulator>>;

/**
 * Starts it. Unless `env` says otherwise, the emulator works for a second on each job.
 */
export async function startWithEmulator(env: Record<string, string> = {}) {
  const dataDir = await makeDataDir();
  const port = await claimTwoPorts();
  const start = (changed = {}) =>
    startLocalStack(port, dataDir, { QUIET: "1", RENDER_SECONDS: "1", ...env, ...changed }, "node");
  let stack = await start();
  return {
    url: stack.url,
    falUrl: stack.falUrl,
    dataDir,
    /** Kills all of it, and starts it again, with changed settings if given. */
    killAndRestart: async (changed: Record<string, string>) => {
      await stack.kill("SIGKILL");
      stack = await start(changed);
    },
    close: async () => {
      await stack.kill("SIGTERM");
      killLeftovers();
      await removeDataDir(dataDir);
    },
  };
}
