import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { closeServer, listenOnLoopback } from "../../local/stack/listening.ts";
import type { Workplace } from "../workplace.ts";

/** A running local stack: `npm start` without npm, in a process of its own. */
export type LocalStack = { readonly url: string; readonly pid: number; close(): Promise<void> };

/** The API key of every caller. */
export const apiKey = "bench-key";

const readyTimeoutMs = 120_000;
const lastCharacters = 1_000;
const daySeconds = "86400";

/**
 * Starts the local stack with the workplace's bundles, by default with a free port, an empty data folder, no sweep and
 * no check for a day, so that nothing but the measured work happens.
 */
export async function startStack(
  workplace: Workplace,
  environment: Readonly<Record<string, string>>,
): Promise<LocalStack> {
  const { root, folder, node, assembly } = workplace;
  const port = await findTwoFreePorts();
  const child = spawn(node, ["--import", "tsx", "local/start.ts"], {
    cwd: root,
    env: {
      ...process.env,
      CDK_OUT: assembly,
      PORT: String(port),
      DATA_DIR: await mkdtemp(join(folder, "stack-")),
      API_KEYS: apiKey,
      QUIET: "1",
      SWEEP_SECONDS: daySeconds,
      FIRST_CHECK_SECONDS: daySeconds,
      THROTTLE_PER_SECOND: "10000",
      WAITS_PER_OWNER: "1000",
      STREAMS_PER_OWNER: "1000",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-10_000);
    });
  }
  const exited = once(child, "exit");
  const url = `http://localhost:${port}`;
  await new Promise<void>((resolve, reject) => {
    const fail = () => reject(new Error(`the local stack did not start:\n${output}`));
    setTimeout(fail, readyTimeoutMs).unref();
    void exited.then(fail);
    child.stdout.on("data", () => output.includes(`ready ${url}`) && resolve());
  });
  let isClosing = false;
  void exited.then(() => {
    if (!isClosing) workplace.progress(`the local stack ended:\n${output.slice(-lastCharacters)}`);
  });
  const close = async () => {
    isClosing = true;
    child.kill("SIGTERM");
    await exited;
  };
  return { url, pid: child.pid ?? 0, close };
}

/** A port that is free, and the next one, where the emulator is. */
async function findTwoFreePorts(): Promise<number> {
  for (;;) {
    const first = createServer();
    const port = await listenOnLoopback(first, 0);
    const second = createServer();
    const isFree = await listenOnLoopback(second, port + 1).then(
      () => true,
      () => false,
    );
    await closeServer(first, 0);
    await closeServer(second, 0);
    if (isFree) return port;
  }
}
