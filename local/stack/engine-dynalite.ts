import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import dynalite from "dynalite";
import type { Engine } from "./engine.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";

const closeTimeoutMs = 5_000;

/** Starts dynalite in this process, under `dataDir` or in memory. */
export async function startDynalite(dataDir: string | undefined): Promise<Engine> {
  const engine = dynalite({
    ...(dataDir === undefined ? {} : { path: join(dataDir, "dynalite") }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  const server = createServer((request, response) => void forward(engine, request, response));
  const port = await listenOnLoopback(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    kind: "dynalite",
    close: async () => {
      await closeServer(server, closeTimeoutMs);
      await closeEngine(engine);
    },
  };
}

// dynalite throws, and so ends the process, when a request breaks off half way. It gets complete requests only.
async function forward(engine: Server, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const { method, url, headers } = request;
  engine.emit("request", Object.assign(Readable.from(chunks), { method, url, headers }), response);
}

// dynalite closes its store when its server closes, and only a listening server closes without an error.
async function closeEngine(engine: Server): Promise<void> {
  await listenOnLoopback(engine, 0);
  await new Promise<void>((resolve, reject) => engine.close((error) => (error ? reject(error) : resolve())));
}
