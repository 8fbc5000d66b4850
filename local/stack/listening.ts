import { createServer, type Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const retryDelayMs = 200;
/** Node's own 5 s close connections that a client on a busy machine is about to use again. */
export const IDLE_MS = 60_000;

/** Listens on 127.0.0.1 (port 0: a free one) and returns the port. */
export async function listenOnLoopback(server: Server, port: number): Promise<number> {
  await listen(server, port, "127.0.0.1");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** Listens on ::1, because `localhost` may resolve to it too. Does nothing on a machine without IPv6. */
export async function listenOnLoopbackV6(server: Server, port: number): Promise<void> {
  try {
    await listen(server, port, "::1");
  } catch (error) {
    if (!hasCode(error, ["EADDRNOTAVAIL", "EAFNOSUPPORT"])) throw error;
  }
}

/**
 * Waits until a loopback port is free, which takes a moment if a previous process is just ending.
 * @throws Error that names the port if it stays in use.
 */
export async function waitForPort(port: number, patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isFree(port))) {
    if (Date.now() > deadline)
      throw new Error(`port ${port} is in use; stop the program that uses it, or set another PORT`);
    await delay(retryDelayMs);
  }
}

/** Closes a server: no new requests; requests in flight may finish until the timeout. */
export async function closeServer(server: Server, timeoutMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => server.closeAllConnections(), timeoutMs);
  await closed;
  clearTimeout(timer);
}

async function isFree(port: number): Promise<boolean> {
  const servers = [createServer(), createServer()] as const;
  try {
    await listenOnLoopback(servers[0], port);
    await listenOnLoopbackV6(servers[1], port);
    return true;
  } catch (error) {
    if (hasCode(error, ["EADDRINUSE"])) return false;
    throw error;
  } finally {
    for (const server of servers) await closeServer(server, 0);
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  server.keepAliveTimeout = IDLE_MS;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && codes.includes(error.code);
}
