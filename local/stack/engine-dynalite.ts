import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import { ClassicLevel } from "classic-level";
import dynalite from "dynalite";
import { z } from "zod";
import type { Engine } from "./engine.ts";
import { closeServer, listenOnLoopback } from "./listening.ts";

const closeTimeoutMs = 5_000;
const keySchema = z.object({ id: z.object({ S: z.string() }) });
const writeSchema = z.object({ TableName: z.string(), Item: keySchema.optional(), Key: keySchema.optional() });

/** Called after a row was written. */
export type WriteListener = (table: string, id: string) => void;

/**
 * Starts dynalite in this process, with its data under `dataDir` or in memory.
 * @param onWrite replaces a table's stream, which dynalite does not have.
 */
export async function startDynalite(dataDir: string | undefined, onWrite?: WriteListener): Promise<Engine> {
  const path = dataDir && join(dataDir, "dynalite");
  if (path) await checkStore(path);
  const engine = dynalite({
    ...(path && { path }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  });
  const server = createServer((request, response) => void forward(engine, request, response, onWrite));
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

// dynalite does not report a store that it cannot open. It ends the process at the first request instead.
async function checkStore(path: string): Promise<void> {
  const store = new ClassicLevel(path);
  await store.open();
  await store.close();
}

// dynalite throws, and so ends the process, when a request is interrupted. So it receives only complete requests.
async function forward(
  engine: Server,
  request: IncomingMessage,
  response: ServerResponse,
  onWrite: WriteListener | undefined,
): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return;
  }
  const { method, url, headers } = request;
  if (onWrite && /\.(PutItem|UpdateItem)$/.test(String(headers["x-amz-target"]))) {
    response.once("finish", () => response.statusCode === 200 && reportWrite(Buffer.concat(chunks), onWrite));
  }
  engine.emit("request", Object.assign(Readable.from(chunks), { method, url, headers }), response);
}

function reportWrite(body: Buffer, onWrite: WriteListener): void {
  const write = writeSchema.safeParse(JSON.parse(body.toString()));
  const key = write.data?.Item ?? write.data?.Key;
  if (write.success && key) onWrite(write.data.TableName, key.id.S);
}

// dynalite closes its store when its server closes, and only a listening server closes without an error.
async function closeEngine(engine: Server): Promise<void> {
  await listenOnLoopback(engine, 0);
  await new Promise<void>((resolve, reject) => engine.close((error) => (error ? reject(error) : resolve())));
}
