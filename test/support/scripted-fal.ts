import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One POST that reached the queue. */
export interface ReceivedPost {
  readonly body: Record<string, unknown>;
  readonly webhookUrl: string;
  readonly requestId: string;
}

export type SubmitAnswer = (response: ServerResponse, post: ReceivedPost) => void | Promise<void>;

/** The parts of a delivery; a test changes those it wants to corrupt. */
export interface SignedDelivery {
  readonly body: Buffer;
  readonly headers: Record<string, string | string[]>;
}

export type ScriptedFal = Awaited<ReturnType<typeof startScriptedFal>>;

/** The minimum of fal that a submission and a webhook need; the test controls every answer. It signs as fal does. */
export async function startScriptedFal() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const world = {
    posts: [] as ReceivedPost[],
    uploads: [] as Buffer[],
    /** What the CDN has, by path, with its host; anything else is a 503. */
    media: new Map<string, Buffer>(),
    /** Paths that fal was asked to delete. */
    deletions: [] as string[],
    storageStatus: 200,
    keyHostStatus: 200,
    answer: accept as SubmitAnswer,
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => route(request, body, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function route(request: IncomingMessage, body: Buffer, response: ServerResponse) {
    const { pathname, searchParams } = new URL(request.url ?? "", url);
    if (pathname === "/rest.fal.ai/.well-known/jwks.json") {
      return send(response, world.keyHostStatus, { keys: [publicKey.export({ format: "jwk" })] });
    }
    if (pathname === "/rest.fal.ai/storage/upload/initiate") {
      const file = `files/${world.uploads.length}.bin`;
      const answer = { upload_url: `${url}/put/${file}`, file_url: `https://v3.fal.media/${file}` };
      return send(response, world.storageStatus, answer);
    }
    if (request.method === "PUT") {
      world.uploads.push(body);
      return send(response, 200, {});
    }
    if (request.method === "DELETE") {
      world.deletions.push(pathname);
      return send(response, 200, {});
    }
    if (request.method === "GET") {
      const media = world.media.get(pathname);
      return media ? response.writeHead(200).end(media) : send(response, 503, {});
    }
    const requestId = `req-${world.posts.length + 1}`;
    const webhookUrl = searchParams.get("fal_webhook") ?? "";
    const post = { body: JSON.parse(body.toString()), webhookUrl, requestId };
    world.posts.push(post);
    await world.answer(response, post);
  }

  /** Signs a body as fal would, now or at another time. */
  function signed(body: Buffer, parts: { requestId: string; userId?: string; timestamp?: number }): SignedDelivery {
    const { requestId, userId = "user_test", timestamp = Math.floor(Date.now() / 1000) } = parts;
    const hash = createHash("sha256").update(body).digest("hex");
    const signature = sign(null, Buffer.from([requestId, userId, timestamp, hash].join("\n")), privateKey).toString(
      "hex",
    );
    return {
      body,
      headers: {
        "X-Fal-Webhook-Request-Id": requestId,
        "X-Fal-Webhook-User-Id": userId,
        "X-Fal-Webhook-Timestamp": String(timestamp),
        "X-Fal-Webhook-Signature": signature,
      },
    };
  }

  return {
    url,
    world,
    signed,
    /** The delivery of a success, modified by `change`. */
    delivery(requestId: string, change: object = {}): SignedDelivery {
      const video = { url: `https://v3.fal.media/files/b/${requestId}.mp4`, content_type: "video/mp4" };
      const said = {
        error: null,
        gateway_request_id: requestId,
        payload: { video },
        request_id: requestId,
        status: "OK",
      };
      return signed(Buffer.from(JSON.stringify({ ...said, ...change })), { requestId });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** fal's ordinary answer. */
export function accept(response: ServerResponse, post: ReceivedPost): void {
  send(response, 200, { status: "IN_QUEUE", request_id: post.requestId, queue_position: 0 });
}

export function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
