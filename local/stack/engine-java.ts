import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Engine } from "./engine.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";

const oldestJava = 17;
const javaTimeoutMs = 10_000;
const startTimeoutMs = 30_000;
const pollDelayMs = 50;

/** Tells whether a Java that runs DynamoDB Local is found. */
export function hasJava(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("java", ["-version"], { timeout: javaTimeoutMs }, (error, _stdout, stderr) => {
      const version = /version "(\d+)/.exec(stderr)?.[1];
      resolve(error === null && Number(version) >= oldestJava);
    });
  });
}

/**
 * Starts AWS's DynamoDB Local, under `dataDir` or in memory. It hangs on the standard input of a small process of its own,
 * so that it ends however this process ends.
 * @throws Error when it does not answer in time.
 */
export async function startJavaEngine(dataDir?: string, onFailure?: (error: Error) => void): Promise<Engine> {
  const path = dataDir && join(dataDir, "dynamodb-local");
  if (path) await mkdir(path, { recursive: true });
  const port = await findFreePort();
  const tether = startTether(port, path);
  const url = `http://127.0.0.1:${port}`;
  const exited = once(tether, "exit");
  let closing = false;
  const close = async () => {
    closing = true;
    tether.stdin?.end();
    await exited;
  };
  try {
    await waitForAnswer(url, tether);
  } catch (error) {
    await close();
    throw error;
  }
  void exited.then(() => closing || onFailure?.(new Error("DynamoDB Local ended unexpectedly")));
  return { url, kind: "java", close };
}

// Detached, because Ctrl-C goes to the whole process group, and requests in flight still need their table.
function startTether(port: number, path: string | undefined): ChildProcess {
  const script = fileURLToPath(new URL("./java-tether.mjs", import.meta.url));
  return spawn(process.execPath, [script, String(port), ...(path ? [path] : [])], {
    detached: true,
    stdio: ["pipe", "ignore", "inherit"],
  });
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await closeServer(server, 0);
  return port;
}

async function waitForAnswer(url: string, tether: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (tether.exitCode === null && Date.now() < deadline) {
    // Any answer will do: without a signature it is a 400.
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(pollDelayMs);
  }
  throw new Error("DynamoDB Local did not start; DYNAMODB_ENGINE=dynalite does without Java");
}
