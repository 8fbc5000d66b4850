import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { closeServer, listenOnLoopback } from "./listening.ts";

/** A running secrets endpoint: `url` is what AWS_ENDPOINT_URL_SECRETS_MANAGER must be. */
export type Secrets = { readonly url: string; close(): Promise<void> };

const requestSchema = z.object({ SecretId: z.string() });
const closeTimeoutMs = 1_000;

/**
 * Plays Secrets Manager's GetSecretValue for the given secrets (id → value), to the real SDK. Its address holds a random
 * part, so that no other program of this machine reads a key from it by its port alone.
 */
export async function startSecrets(values: ReadonlyMap<string, string>): Promise<Secrets> {
  const path = `/${randomBytes(16).toString("hex")}`;
  const server = createServer((request, response) => {
    answer(values, path, request, response).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server, 0);
  return { url: `http://127.0.0.1:${port}${path}`, close: () => closeServer(server, closeTimeoutMs) };
}

async function answer(
  values: ReadonlyMap<string, string>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await text(request);
  if (request.url?.replace(/\/$/, "") !== path) return reply(response, 404, { __type: "UnknownOperationException" });
  if (request.headers["x-amz-target"] !== "secretsmanager.GetSecretValue") {
    return reply(response, 400, { __type: "UnknownOperationException" });
  }
  const { SecretId } = requestSchema.parse(JSON.parse(body));
  const SecretString = values.get(SecretId);
  if (SecretString === undefined) {
    const message = "Secrets Manager can't find the specified secret.";
    return reply(response, 400, { __type: "ResourceNotFoundException", Message: message });
  }
  reply(response, 200, {
    ARN: SecretId,
    Name: SecretId,
    SecretString,
    VersionId: "local",
    VersionStages: ["AWSCURRENT"],
  });
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(body));
}
