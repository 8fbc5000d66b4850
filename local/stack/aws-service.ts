import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { closeServer, listenOnLoopback } from "./listening.ts";

/** A running local substitute for an AWS service. `url` is the value for its AWS_ENDPOINT_URL_… variable. */
export type AwsService = { readonly url: string; close(): Promise<void> };

/** The response of an operation: its result, or the name and the message of an error. */
export type AwsAnswer =
  | { readonly result: object }
  | { readonly error: { readonly name: string; readonly message: string } };

/** The operations of a service, as its header names them, for example `secretsmanager.GetSecretValue`. */
export type Operations = Readonly<Record<string, (input: unknown) => AwsAnswer | Promise<AwsAnswer>>>;

const closeTimeoutMs = 1_000;

/**
 * Serves operations of an AWS service with a JSON protocol, for the real SDK. The URL contains a random part, so that no
 * other program on this machine can use the service by guessing its port.
 */
export async function startAwsService(operations: Operations): Promise<AwsService> {
  const path = `/${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => {
    serve(operations, path, request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  return { url: `http://127.0.0.1:${port}${path}`, close: () => closeServer(server, closeTimeoutMs) };
}

async function serve(
  operations: Operations,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  if (request.url?.replace(/\/$/, "") !== path) return reply(response, 404, { __type: "UnknownOperationException" });
  const operate = operations[String(request.headers["x-amz-target"])];
  if (operate === undefined) return reply(response, 400, { __type: "UnknownOperationException" });
  const answer = await operate(JSON.parse(body));
  if ("result" in answer) return reply(response, 200, answer.result);
  reply(response, 400, { __type: answer.error.name, Message: answer.error.message });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
