import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { submitToFal } from "../../../lambdas/fal/client.ts";
import { privacy, routing } from "../../support/jobs.ts";

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections?.();
    server.close();
  }
});

/** A fal with one answer that counts its requests. */
async function falAnswering(answer: Answer) {
  const received: { url: string | undefined; headers: IncomingMessage["headers"]; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ url: request.url, headers: request.headers, body });
      answer(response, request);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function submit(falEndpointUrl: string, timeoutMs = 20_000) {
  return submitToFal(
    { key: "test-key", falEndpointUrl, privacy, routing },
    {
      endpoint: "decart/lucy-14b/image-to-video",
      input: { prompt: "p", image_url: "https://example.com/a.jpg" },
      webhookUrl: "https://api.example.com/webhooks/fal/id/token",
      startTimeoutSeconds: 1800,
      timeoutMs,
    },
  );
}

function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

describe("a submission to fal (P10, promise 2)", () => {
  it("a submission to fal (P10, promise 2) is one POST of the bare input with the webhook URL, the key and the start timeout", async () => {
    const fal = await falAnswering(json(200, { status: "IN_QUEUE", request_id: "req-1" }));
    expect(await submit(fal.url)).toEqual({ outcome: "accepted", requestId: "req-1" });
    expect(fal.received).toHaveLength(1);
    const [post] = fal.received;
    expect(post?.url).toBe(
      "/queue.fal.run/decart/lucy-14b/image-to-video?fal_webhook=https%3A%2F%2Fapi.example.com%2Fwebhooks%2Ffal%2Fid%2Ftoken",
    );
    expect(JSON.parse(post?.body ?? "")).toEqual({ prompt: "p", image_url: "https://example.com/a.jpg" });
    expect(post?.headers).toMatchObject({
      authorization: "Key test-key",
      "x-fal-request-timeout": "1800",
      "x-fal-queue-priority": "normal",
      connection: "close",
    });
  });

  const unknowns: readonly (readonly [string, Answer])[] = [
    ["500", json(500, { detail: "x" })],
    ["502", json(502, { detail: "x" })],
    ["503", json(503, { detail: "x" })],
    ["504", json(504, { detail: "x" })],
    ["408", json(408, { detail: "x" })],
    ["499", json(499, { detail: "x" })],
    ["200 without a request id", json(200, { status: "IN_QUEUE" })],
    ["200 with a request id that is not text", json(200, { request_id: 7 })],
    ["200 that is not JSON", (response) => response.writeHead(200, { "content-type": "application/json" }).end("{")],
    ["200 as text", (response) => response.writeHead(200).end("ok")],
    ["204", (response) => response.writeHead(204).end()],
    ["302", (response) => response.writeHead(302, { location: "/elsewhere" }).end()],
    ["307", (response) => response.writeHead(307, { location: "/elsewhere" }).end()],
    ["a reset before the answer", (response) => response.socket?.resetAndDestroy()],
    ["a close before the answer", (response) => response.socket?.destroy()],
    [
      "a reset within the answer",
      (response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
        response.write('{"request_id":', () => response.socket?.resetAndDestroy());
      },
    ],
    ["an answer of more than 1 MB", (response) => response.writeHead(200).end(Buffer.alloc(1_100_000, 32))],
  ];
  it.each(unknowns)(
    "a submission to fal (P10, promise 2) is unknown, and sent once, when fal answers with %s",
    async (_, answer) => {
      const fal = await falAnswering(answer);
      expect(await submit(fal.url)).toMatchObject({
        outcome: "unknown",
        error: { code: "submission_unconfirmed", retryable: true },
      });
      expect(fal.received).toHaveLength(1);
    },
  );

  it.each([
    ["never answers", () => undefined],
    ["never ends its answer", ((response) => response.writeHead(200).write("{")) as Answer],
  ])("a submission to fal (P10, promise 2) is unknown, and sent once, when fal %s", async (_, answer) => {
    const fal = await falAnswering(answer);
    expect(await submit(fal.url, 200)).toMatchObject({ outcome: "unknown" });
    expect(fal.received).toHaveLength(1);
  });

  it("a submission to fal (P10, promise 2) is unknown when fal answers 101 Switching Protocols", async () => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () =>
        socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n"),
      );
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const submission = await submit(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(submission).toMatchObject({ outcome: "unknown", error: { code: "submission_unconfirmed" } });
  });

  it.each([
    [429, "fal_busy"],
    [401, "fal_key_refused"],
    [402, "fal_balance_exhausted"],
    [403, "endpoint_unknown"],
    [404, "endpoint_unknown"],
  ])("a submission to fal (P10, promise 2) is certainly not accepted, and sent once, on %i", async (status, code) => {
    const fal = await falAnswering(json(status, { detail: "words of fal's" }));
    expect(await submit(fal.url)).toMatchObject({
      outcome: "not_accepted",
      error: { code, retryable: true, detail: "words of fal's" },
    });
    expect(fal.received).toHaveLength(1);
  });

  it("a submission to fal (P10, promise 2) respects fal's Retry-After", async () => {
    const fal = await falAnswering(json(429, {}, { "retry-after": "17" }));
    expect(await submit(fal.url)).toMatchObject({ retryAfterMs: 17_000 });
  });

  it.each([400, 405, 413, 422])(
    "a submission to fal (P10, promise 2) is rejected because of its input on %i, without the echo of the input",
    async (status) => {
      const item = { loc: ["body", "image_url"], msg: "bad", type: "image_load_error", input: "SECRET PROMPT" };
      const fal = await falAnswering(json(status, { detail: [item] }));
      const submission = await submit(fal.url);
      expect(submission).toMatchObject({
        outcome: "input_refused",
        error: { code: "input_refused", retryable: false },
      });
      expect(JSON.stringify(submission)).not.toContain("SECRET");
      expect(fal.received).toHaveLength(1);
    },
  );

  it("a submission to fal (P10, promise 2) is certainly not sent when nothing listens", async () => {
    const fal = await falAnswering(json(200, {}));
    const [server] = servers.splice(0);
    await new Promise((resolve) => (server as ReturnType<typeof createServer>).close(resolve));
    expect(await submit(fal.url)).toMatchObject({ outcome: "not_accepted", error: { code: "fal_unreachable" } });
  });

  it("a submission to fal (P10, promise 2) is certainly not sent when the name does not resolve", async () => {
    expect(await submit("http://fal.invalid")).toMatchObject({
      outcome: "not_accepted",
      error: { code: "fal_unreachable" },
    });
  });

  it("a submission to fal (P10, promise 2) is certainly not sent when the TLS handshake fails", async () => {
    let bytes = 0;
    const server = createTcpServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (chunk) => {
        bytes += chunk.length;
        socket.destroy();
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const submission = await submit(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(bytes).toBeGreaterThan(0);
    expect(submission).toMatchObject({ outcome: "not_accepted", error: { code: "fal_unreachable" } });
  });
});
