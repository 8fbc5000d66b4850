import { startOtherFal } from "../support/other-fal/program.ts";
import { claimTwoPorts } from "../support/ports.ts";
import { makeDataDir, removeDataDir } from "./data-dir.ts";
import { killLeftovers, startLocalStack } from "./local-stack.ts";

/**
 * The local stack as a child process with `FAL_ENDPOINT_URL` pointing to a program other than the emulator, and that
 * program.
 */
export type OtherFalStack = Awaited<ReturnType<typeof startAgainstOtherFal>>;

/** Starts both. Unless `env` says otherwise, the sweep runs every second and first checks a job after one. */
export async function startAgainstOtherFal(env: Record<string, string> = {}) {
  const fal = await startOtherFal();
  const dataDir = await makeDataDir();
  const settings = {
    FAL_ENDPOINT_URL: fal.url,
    FAL_KEY: fal.key,
    QUIET: "1",
    FIRST_CHECK_SECONDS: "1",
    SWEEP_SECONDS: "1",
  };
  const stack = await startLocalStack(await claimTwoPorts(), dataDir, { ...settings, ...env }, "node");
  return {
    fal,
    /** The API's address. */
    api: stack.url,
    close: async () => {
      await stack.kill("SIGTERM");
      killLeftovers();
      await fal.close();
      await removeDataDir(dataDir);
    },
  };
}
