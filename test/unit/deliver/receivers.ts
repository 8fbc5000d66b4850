import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { type CallbackOptions, callbackPoster } from "../../../lambdas/deliver/post-callback.ts";
import { CALLBACK_TIMEOUT_MS } from "../../../lambdas/limits.ts";

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A certificate for receiver.example.com, made for these tests and trusted only when configured. */
export const CERTIFICATE_FILE = fileURLToPath(new URL("receiver-certificate.pem", import.meta.url));
const CERTIFICATE = {
  cert: readFileSync(CERTIFICATE_FILE),
  key: readFileSync(new URL("receiver-key.pem", import.meta.url)),
};

/** The current time. */
export const NOW = Date.parse("2026-11-21T10:00:00Z");

const stops: (() => void)[] = [];

/** Stops every receiver and closes its connections. */
export function stopReceivers(): void {
  for (const stop of stops.splice(0)) stop();
}

/** Starts a server on loopback until the receivers are stopped, and returns its port. */
export async function portOf(server: Server, address = "127.0.0.1"): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  stops.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}

/** A receiver with one answer that stores the requests it gets. */
export async function receiverAnswering(answer: Answer) {
  const received: { method?: string; url?: string; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    received.push({ method: request.method, url: request.url, headers: request.headers, body });
    answer(response, request);
  });
  const port = await portOf(server);
  return { received, port, url: `http://127.0.0.1:${port}/hook?x=1` };
}

/** A receiver behind TLS that accepts everything, and stores the host names used in the handshake and in requests. */
export async function tlsReceiver() {
  const names: string[] = [];
  const hosts: (string | undefined)[] = [];
  const handshake = {
    ...CERTIFICATE,
    SNICallback: (name: string, done: (error: Error | null) => void) => {
      names.push(name);
      done(null);
    },
  };
  const server = createHttpsServer(handshake, (request, response) => {
    hosts.push(request.headers.host);
    response.end();
  });
  return { names, hosts, port: await portOf(server.on("tlsClientError", () => {})) };
}

/** The URL of a receiver that is not an HTTP server: it does this with every connection. */
export async function listenerDoing(act: (socket: Socket) => unknown): Promise<string> {
  return `http://127.0.0.1:${await portOf(createTcpServer((socket) => act(socket.on("error", () => {}))))}/`;
}

/** Sends one callback as a laptop would. */
export function post(
  url: string,
  { timeoutMs = CALLBACK_TIMEOUT_MS, ...options }: Partial<CallbackOptions> & { readonly timeoutMs?: number } = {},
) {
  const rules = { allowsLoopback: true, publicUrl: "https://api.example.com/prod", now: () => NOW };
  const headers = { "content-type": "application/json" };
  return callbackPoster({ ...rules, ...options })(url, headers, '{"é":1}', timeoutMs);
}

/** A resolver that knows only these IPv4 addresses. */
export function leadingTo(...addresses: string[]) {
  return async () => addresses.map((address) => ({ address, family: 4 }));
}
