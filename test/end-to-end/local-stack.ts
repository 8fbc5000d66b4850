import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** `npm start` as a child with its own process group. */
export type LocalStack = {
  readonly url: string;
  /** The fal emulator's address. */
  readonly falUrl: string;
  /** npm's own process, or node's when npm is skipped. */
  readonly npm: ChildProcess;
  /** Everything written so far. */
  output(): string;
  /** Sends a signal to the whole group and returns npm's exit status, which is null after SIGKILL. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
};

const root = fileURLToPath(new URL("../..", import.meta.url));
const readyTimeoutMs = 180_000;
/** The command of a newcomer, and the one that npm then runs, which saves most tests the start of npm. */
const commands = {
  npm: ["npm", "start"],
  node: [process.execPath, "--import", "tsx", "local/start.ts"],
} as const;
const groups = new Set<number>();

/**
 * Runs `npm start`, or the command behind it, on a port and waits for its ready line. Rejects with its output if it
 * exits before.
 */
export async function startLocalStack(
  port: number,
  dataDir: string,
  env: Record<string, string> = {},
  command: keyof typeof commands = "npm",
): Promise<LocalStack> {
  const settings = { PORT: String(port), DATA_DIR: dataDir, ...env };
  const { npm, output, exited } = run(commands[command], settings);
  const url = `http://localhost:${port}`;
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready in time:\n${output()}`)), readyTimeoutMs);
    npm.stdout?.on("data", () => {
      if (!output().includes(`ready ${url}\n`)) return;
      clearTimeout(timer);
      resolve();
    });
    void exited.then(() => reject(new Error(`ended before it was ready:\n${output()}`)));
  });
  const kill = (signal: NodeJS.Signals) => {
    if (npm.pid !== undefined) process.kill(-npm.pid, signal);
    return exited;
  };
  return { url, falUrl: `http://127.0.0.1:${port + 1}`, npm, output, kill };
}

/** Kills the processes that tests have started and not stopped, so that a failed test leaves nothing behind. */
export function killLeftovers(): void {
  for (const pid of groups) {
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The whole group has ended.
    }
  }
  groups.clear();
}

/** Runs `npm start -- <options>` to its end. */
export async function runLocalStack(options: readonly string[], env: Record<string, string>) {
  const { output, exited } = run([...commands.npm, ...(options.length > 0 ? ["--", ...options] : [])], env);
  return { status: await exited, output: output() };
}

/**
 * The processes that were started with this data folder and still run, found by their environment. Only Linux exposes
 * it (/proc); elsewhere none are found.
 */
export async function findProcesses(dataDir: string): Promise<string[]> {
  if (process.platform !== "linux") return [];
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
      return environment.includes(`DATA_DIR=${dataDir}\0`)
        ? readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")
        : "";
    }),
  );
  return found.filter((command) => command !== "").map((command) => command.replaceAll("\0", " "));
}

function run([program, ...args]: readonly [string, ...string[]], env: Record<string, string>) {
  const npm = spawn(program, args, {
    cwd: root,
    detached: true,
    env: {
      ...process.env,
      FAL_KEY: "",
      FAL_ENDPOINT_URL: "",
      AWS_ENDPOINT_URL_DYNAMODB: "",
      AWS_ENDPOINT_URL_S3: "",
      // The faster engine, unless a run requests the other: DYNAMODB_ENGINE=java npx vitest run test/end-to-end
      DYNAMODB_ENGINE: process.env.DYNAMODB_ENGINE ?? "dynalite",
      // Tests are more than one caller, and share a key.
      THROTTLE_PER_SECOND: "10000",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (npm.pid !== undefined) groups.add(npm.pid);
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => npm.once("exit", (status) => resolve(status)));
  return { npm, output: () => output, exited };
}
