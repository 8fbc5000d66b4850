import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { breaksAtFal } from "./caller.ts";
import { type Machine, startMachine } from "./machine.ts";
import type { Job } from "./plan.ts";

/** A request to a handler. */
export interface Request {
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
  /** fetch of the function that handles it. */
  readonly fetch: typeof fetch;
}

/** An answer of a handler. */
export interface Answer {
  readonly status: number;
  readonly json?: unknown;
}

/** The functions of a tutorial's service. `id` is the last part of the path. */
export interface Handlers {
  /** `POST /jobs` */
  create(request: Request, webhookUrl: string): Promise<Answer>;
  /** `GET /jobs/{id}` */
  read(id: string): Promise<Answer>;
  /** `POST /webhooks/fal` */
  webhook(request: Request): Promise<Answer>;
}

/** A running service. */
export interface WebhookServer {
  readonly url: string;
  /** Says which job the next `POST /jobs` with its prompt is for, so that its function dies as planned. */
  expect(job: Job): void;
  close(): Promise<void>;
}

/**
 * Serves handlers as API Gateway and Lambda do it: when a function dies, its caller gets a 502, and a function that
 * throws is a 500.
 */
export async function startWebhookServer(falUrl: string, handlers: Handlers): Promise<WebhookServer> {
  const expected = new Map<string, Job>();
  const functionOf = (body: Buffer): Machine => {
    const { prompt = "" } = JSON.parse(body.toString()) as { prompt?: string };
    const job = expected.get(prompt);
    // Only the first function of a job dies.
    expected.delete(prompt);
    return startMachine(falUrl, job && { diesAfterPost: breaksAtFal(job).diesAfterPost === true });
  };
  const server = createServer(async (request, response) => {
    const answer = await handle(request).catch((error: unknown): Answer => ({ status: 500, json: say(error) }));
    send(response, answer);
  });
  const handle = async (request: IncomingMessage): Promise<Answer> => {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", baseUrl);
    const { headers, method } = request;
    if (method === "GET") return handlers.read(decodeURIComponent(url.pathname.split("/").at(-1) ?? ""));
    if (url.pathname === "/webhooks/fal")
      return handlers.webhook({ url, headers, body, fetch: startMachine(falUrl).fetch });
    const { fetch, died } = functionOf(body);
    const answering = handlers.create({ url, headers, body, fetch }, `${baseUrl}/webhooks/fal`);
    return (await Promise.race([answering, died])) ?? { status: 502, json: { message: "Internal server error" } };
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: baseUrl,
    expect: (job) => void expected.set(job.prompt, job),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, { status, json = {} }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
}

function say(error: unknown) {
  return { message: error instanceof Error ? error.message : String(error) };
}
