import { generateKeyPairSync } from "node:crypto";
import { once, setMaxListeners } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { claimPort } from "../ports.ts";
import { type Delivery, deliver, pause, pythonJson, type Signed, signBody, writeMessage } from "./delivery.ts";
import { type FalRequest, modelOutcome, type Script } from "./request.ts";
import { answerCall, type Queue, type Reply } from "./routes.ts";

/** A program that speaks fal's protocol, written from its description alone and sharing nothing with the emulator. */
export type OtherFal = Awaited<ReturnType<typeof startOtherFal>>;

const workMs = 200;

/** Starts it on its own port, which stays reserved while it is down. */
export async function startOtherFal() {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const retired = generateKeyPairSync("ed25519").publicKey;
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const scripts = new Map<string, Script>();
  let server: Server | undefined;
  const port = await claimPort();

  const sealed = (request: FalRequest) => () => signBody(privateKey, writeMessage(request), { requestId: request.id });
  const end = (request: FalRequest, outcome: FalRequest["outcome"]) => {
    if (request.endedAt !== undefined) return;
    request.endedAt = Date.now();
    request.outcome = outcome;
  };
  const finish = async (request: FalRequest) => {
    request.startedAt ??= Date.now();
    end(request, modelOutcome(request));
    if (request.script.webhook !== "dropped") await deliver(request, sealed(request), stop.signal);
  };
  const queue: Queue = {
    url: () => `http://127.0.0.1:${port}`,
    jwks: [retired, publicKey].map((key) => key.export({ format: "jwk" })),
    key: "another-fal-key",
    requests: new Map(),
    posts: [],
    calls: [],
    scriptOf: (prompt) => scripts.get(prompt) ?? {},
    end,
    enqueue: async (request) => {
      const { pace = workMs, webhookFirst } = request.script;
      if (pace === "by_hand") return;
      const done = pause(pace, stop.signal).then(() => (request.endedAt === undefined ? finish(request) : undefined));
      if (webhookFirst) await done;
    },
  };
  const up = async () => {
    server = createServer((message, response) => void serve(queue, message, response));
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const down = async () => {
    const closed = server && once(server, "close");
    server?.close();
    server?.closeAllConnections();
    await closed;
  };
  await up();
  return {
    url: queue.url(),
    key: queue.key,
    /** The ledger: every enqueued request, oldest first, and every POST, with any outcome. */
    requests: () => [...queue.requests.values()],
    requestsOf: (jobId: string) => [...queue.requests.values()].filter((request) => request.jobId === jobId),
    postsOf: (jobId: string) => queue.posts.filter((post) => post.jobId === jobId).length,
    callsTo: (path: string) => queue.calls.filter((call) => call.includes(path)).length,
    /** Says what happens to submissions with this prompt. */
    script: (prompt: string, script: Script) => scripts.set(prompt, script),
    /** Starts a request that the test controls by hand. */
    begin: (request: FalRequest) => {
      request.startedAt = Date.now();
    },
    /** Ends it, and delivers its webhook. */
    finish,
    /** What fal would deliver now. */
    deliveryOf: (request: FalRequest): Delivery => sealed({ ...request, outcome: modelOutcome(request) })(),
    /** Signs anything, as fal does for any of its customers. */
    sign: (body: unknown, signed: Signed): Delivery =>
      signBody(privateKey, typeof body === "string" ? body : pythonJson(body), signed),
    /** Closes the port: connections are refused. Work that has started continues. */
    down,
    up,
    close: async () => {
      stop.abort();
      await down();
    },
  };
}

async function serve(queue: Queue, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const url = new URL(message.url ?? "/", queue.url());
  const { method = "GET", headers } = message;
  send(
    response,
    await answerCall(queue, {
      method,
      url,
      key: headers.authorization,
      range: headers.range,
      body: Buffer.concat(chunks),
    }),
  );
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply === "hang") return;
  if (reply === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (reply === "cut") {
    response.writeHead(200, { "content-type": "application/json", "content-length": 1000 });
    response.write('{"status": ', () => response.socket?.destroy());
    return;
  }
  const { status, headers } = reply;
  const body = "bytes" in reply ? reply.bytes : pythonJson(reply.body);
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}
