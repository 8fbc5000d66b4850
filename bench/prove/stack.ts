import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareAssembly } from "../../local/stack/assembly.ts";
import { falKey, falUserId } from "./fal.ts";

/** `npm start` as a process of its own, with the run's emulator as fal. */
export interface Stack {
  readonly url: string;
  /** Kills it without a warning, in the middle of whatever it does, and starts it again with its data. */
  killAndRestart(): Promise<void>;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The bundles, which the next run finds if nothing has changed. */
const cache = join(root, "node_modules", ".cache", "prove");
const firstPort = 20_000;
const portsTried = 10_000;
const command = ["--import", "tsx", "local/start.ts"];
/** Shorter than in production, so that the run takes minutes and not an hour. No promise depends on them. */
const patience = { FIRST_CHECK_SECONDS: "2", SUBMISSION_WINDOW_SECONDS: "30", SWEEP_SECONDS: "1" };

/** Starts the stack in a data folder of its own. Rejects with its output if it ends before it is ready. */
export async function startStack(falUrl: string): Promise<Stack> {
  await mkdir(cache, { recursive: true });
  const assembly = await prepareAssembly(root, cache, () => {});
  const dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-prove-"));
  const port = await findFreePort();
  const env = {
    ...process.env,
    ...patience,
    PORT: String(port),
    DATA_DIR: dataDir,
    CDK_OUT: assembly,
    FAL_ENDPOINT_URL: falUrl,
    FAL_KEY: falKey,
    // As a deployment sets `falUserId`: fal signs webhooks of every account with the same keys.
    FAL_USER_ID: falUserId,
    // The run is many callers with one key.
    THROTTLE_PER_SECOND: "10000",
    DYNAMODB_ENGINE: "dynalite",
    QUIET: "1",
  };
  const url = `http://localhost:${port}`;
  let child = await startProcess(env, `ready ${url}\n`);
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  };
  return {
    url,
    killAndRestart: async () => {
      await end("SIGKILL");
      child = await startProcess(env, `ready ${url}\n`);
    },
    close: async () => {
      await end("SIGTERM");
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startProcess(env: NodeJS.ProcessEnv, readyLine: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, command, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes(readyLine)) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`the local stack ended before it was ready:\n${output}`)));
  });
  child.once("exit", (status) => {
    // Only this run ends it, and by a signal.
    if (status) console.error(`the local stack ended with ${status}:\n${output}`);
  });
  return child;
}

/**
 * A port below those that systems give to outgoing connections: while the service is dead, none of its callers'
 * connections may take its place.
 */
async function findFreePort(): Promise<number> {
  for (let port = firstPort + (process.pid % portsTried); ; port++) if (await isFree(port)) return port;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
