import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { leadingTo, listenerDoing, post, receiverAnswering, stopReceivers } from "./receivers.ts";

afterEach(stopReceivers);

describe("a callback", () => {
  it("a callback is one POST of the exact body, with its headers and its length", async () => {
    const { received, port, url } = await receiverAnswering((response) => response.writeHead(200).end("thanks"));
    expect(await post(url)).toEqual({ status: 200 });
    expect(received).toEqual([
      {
        method: "POST",
        url: "/hook?x=1",
        headers: {
          host: `127.0.0.1:${port}`,
          connection: "close",
          "content-type": "application/json",
          "content-length": "8",
        },
        body: '{"é":1}',
      },
    ]);
  });

  it.each([201, 202, 204, 400, 404, 410, 429, 500, 503])(
    "a callback results in the receiver's status, %d",
    async (status) => {
      const { received, url } = await receiverAnswering((response) => response.writeHead(status).end());
      expect(await post(url)).toEqual({ status });
      expect(received).toHaveLength(1);
    },
  );

  it.each([301, 302, 303, 307, 308])("a callback does not follow redirects: %d is only a status", async (status) => {
    const { received, url } = await receiverAnswering((response) =>
      response.writeHead(status, { location: "/elsewhere" }).end(),
    );
    expect(await post(url)).toEqual({ status });
    expect(received).toHaveLength(1);
  });

  it("a callback leaves no connection open, even if the receiver would keep it", async () => {
    let closed: Promise<unknown> | undefined;
    const url = await listenerDoing((socket) => {
      closed = once(socket.resume(), "close");
      socket.write("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n");
    });
    expect(await post(url)).toEqual({ status: 200 });
    await closed;
  });

  it("a callback resolves a name once and connects to that address, whatever the name resolves to next", async () => {
    const { received, port } = await receiverAnswering((response) => response.end());
    let lookups = 0;
    const lookup = async () => [{ address: lookups++ === 0 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
    const url = `http://rebinding.example.com:${port}/`;
    expect(await post(url, { lookup })).toEqual({ status: 200 });
    expect({ lookups, host: received[0]?.headers.host }).toEqual({ lookups: 1, host: `rebinding.example.com:${port}` });
    expect(await post(url, { lookup })).toEqual({ error: "callbacks go only to public addresses" });
    expect(received).toHaveLength(1);
  });

  it("a callback tries a name's next address when one refuses the connection", async () => {
    const { port } = await receiverAnswering((response) => response.end());
    const lookup = leadingTo("127.0.0.2", "127.0.0.1");
    expect(await post(`http://receiver.example.com:${port}/`, { lookup })).toEqual({ status: 200 });
  });

  it("a callback uses the system's resolver by default", async () => {
    const { port } = await receiverAnswering((response) => response.end());
    expect(await post(`http://localhost:${port}/`)).toEqual({ status: 200 });
  });

  it("a callback ignores an interim response", async () => {
    const url = await listenerDoing((socket) =>
      socket.write("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    );
    expect(await post(url)).toEqual({ status: 204 });
  });
});

describe("a receiver's Retry-After", () => {
  it.each([
    ["120", 120_000],
    ["0", 0],
    ["Sat, 21 Nov 2026 10:01:30 GMT", 90_000],
    ["Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["86401", 86_400_000],
    ["9".repeat(25), 86_400_000],
    ["Tue, 21 Nov 2056 10:00:00 GMT", 86_400_000],
    ["-5", undefined],
    ["1.5", undefined],
    ["1e3", undefined],
    ["soon", undefined],
    ["maybe 2056", undefined],
    ["Sat, 99 Foo 2026 10:01:30 GMT", undefined],
    ["", undefined],
  ])("a receiver's Retry-After of %j is %s ms", async (value, retryAfterMs) => {
    const { url } = await receiverAnswering((response) => response.writeHead(503, { "retry-after": value }).end());
    expect(await post(url)).toEqual({ status: 503, retryAfterMs });
  });
});
