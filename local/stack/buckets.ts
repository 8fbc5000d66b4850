import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Readable } from "node:stream";
import S3rver from "s3rver";
import account from "s3rver/lib/models/account.js";
import type FilesystemStore from "s3rver/lib/stores/filesystem.js";
import { allowOrigin, answerPreflight } from "./bucket-cors.ts";
import { checkSignature, type SignatureRefusal, type SignedRequest } from "./bucket-signature.ts";
import type { BucketSpec } from "./bucket-spec.ts";
import { abortUpload, openStore } from "./bucket-store.ts";
import { closeServer, listenOnLoopback, listenOnLoopbackV6 } from "./listening.ts";
import type { Credentials } from "./locality.ts";

/** A running S3 server. `url` is the value for AWS_ENDPOINT_URL_S3. Buckets are addressed by path. */
export type Buckets = { readonly url: string; readonly port: number; close(): Promise<void> };

/** What the server needs: the buckets, the folder of their files, and the only key that may access them. */
export type BucketsOptions = {
  readonly buckets: readonly BucketSpec[];
  readonly folder: string;
  readonly credentials: Credentials;
  /** A free port is used if this is 0 or in use. */
  readonly port?: number;
};

type Refusal = SignatureRefusal | "CORSResponse" | "EntityTooLarge" | "NotImplemented" | "PreconditionFailed";

const statuses = {
  AccessDenied: 403,
  CORSResponse: 403,
  EntityTooLarge: 400,
  InvalidAccessKeyId: 403,
  NotImplemented: 501,
  PreconditionFailed: 412,
  SignatureDoesNotMatch: 403,
  XAmzContentSHA256Mismatch: 400,
} as const satisfies Record<Refusal, number>;

/** Far more than the size of an upload or of one part. A body is kept in memory until it is complete. */
const largestBodyBytes = 100 * 1024 * 1024;
const closeTimeoutMs = 5_000;

/**
 * Starts s3rver on the loopback address, with files that outlive it. The server in front of it adds what s3rver lacks:
 * s3rver accepts any signature, stores half of an interrupted upload, and supports neither `If-None-Match` nor the end
 * of a multipart upload.
 */
export async function startBuckets(options: BucketsOptions): Promise<Buckets> {
  const { accessKeyId, secretAccessKey } = options.credentials;
  for (const { name } of options.buckets) await mkdir(join(options.folder, name), { recursive: true });
  account.DUMMY_ACCOUNT.createKeyPair(accessKeyId, secretAccessKey);
  const store = openStore(options.folder);
  const s3rver = new S3rver({
    directory: options.folder,
    silent: true,
    vhostBuckets: false,
    allowMismatchedSignatures: false,
  });
  const engine = createServer(s3rver.callback());
  const serve = (message: IncomingMessage, response: ServerResponse) => {
    answer(options, store, engine, message, response).catch(() => response.destroy());
  };
  const servers = [createServer(serve), createServer(serve)] as const;
  const port = await listenOnLoopback(servers[0], options.port ?? 0).catch(() => listenOnLoopback(servers[0], 0));
  await listenOnLoopbackV6(servers[1], port);
  return {
    url: `http://localhost:${port}`,
    port,
    close: async () => {
      await Promise.all(servers.map((server) => closeServer(server, closeTimeoutMs)));
    },
  };
}

async function answer(
  { buckets, credentials }: BucketsOptions,
  store: FilesystemStore,
  engine: Server,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers, socket } = message;
  const body = await readBody(message);
  const target = readTarget(url);
  const cors = buckets.find(({ name }) => name === target.bucket)?.cors ?? [];
  if (method === "OPTIONS") {
    const preflight = {
      method: headers["access-control-request-method"],
      headers: headers["access-control-request-headers"],
    };
    const allowed = answerPreflight(cors, { origin: headers.origin, ...preflight });
    return allowed ? void response.writeHead(200, allowed).end() : refuse(response, "CORSResponse");
  }
  response.setHeaders(new Headers(allowOrigin(cors, headers.origin, method)));
  if (!body) return refuse(response, "EntityTooLarge");
  const refusal =
    checkSignature({ method, url, headers, body }, credentials) ?? (await checkWrite(store, target, method, headers));
  if (refusal) return refuse(response, refusal);
  if (method === "DELETE" && target.uploadId !== undefined) {
    await abortUpload(store, target.bucket, target.uploadId);
    return void response.writeHead(204).end();
  }
  // s3rver reads a range that counts from the end as if it counted from the start. A server may ignore a range.
  if (!/^bytes=\d+-\d*$/.test(headers.range ?? "")) delete headers.range;
  engine.emit("request", Object.assign(Readable.from([body]), { method, url, headers, socket }), response);
}

type Target = { readonly bucket: string; readonly key: string; readonly uploadId: string | undefined };

function readTarget(url: string): Target {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const [bucket = "", ...key] = decodeURIComponent(pathname).slice(1).split("/");
  return { bucket, key: key.join("/"), uploadId: searchParams.get("uploadId") ?? undefined };
}

async function checkWrite(
  store: FilesystemStore,
  { bucket, key }: Target,
  method: string,
  headers: SignedRequest["headers"],
): Promise<Refusal | undefined> {
  if (method !== "PUT") return undefined;
  // s3rver would store the chunk headers too, so such a body must be sent in one piece.
  if (String(headers["x-amz-content-sha256"]).startsWith("STREAMING-")) return "NotImplemented";
  const mustBeNew = headers["if-none-match"] === "*";
  return mustBeNew && (await store.existsObject(bucket, key)) ? "PreconditionFailed" : undefined;
}

// Returns the whole body, or undefined if it is too large. An interrupted body never reaches the store.
async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes <= largestBodyBytes) chunks.push(chunk);
  }
  return bytes <= largestBodyBytes ? Buffer.concat(chunks) : undefined;
}

function refuse(response: ServerResponse, code: Refusal): void {
  const xml = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  response.writeHead(statuses[code], { "content-type": "application/xml" }).end(xml);
}
