import { createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { leadingTo, listenerDoing, portOf, post, receiverAnswering, stopReceivers } from "./receivers.ts";

afterEach(stopReceivers);

const ENDLESS_BODY = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const BROKE_OFF = "the connection was closed early";
const NO_HTTP = "the response was not valid HTTP";

describe("a receiver that answers late", () => {
  it("a receiver that answers late is given up", async () => {
    const { url } = await receiverAnswering(() => {});
    expect(await post(url, { timeoutMs: 200 })).toEqual({ error: "no answer within 0.2 s" });
  });

  it("a receiver that answers late is given up even if it keeps sending bytes", async () => {
    const url = await listenerDoing((socket) => {
      socket.resume().write("HTTP/1.1 200 OK\r\nX: ");
      const timer = setInterval(() => socket.write("x"), 10);
      socket.on("close", () => clearInterval(timer));
    });
    expect(await post(url, { timeoutMs: 200 })).toEqual({ error: "no answer within 0.2 s" });
  });

  it("a receiver that answers late is given up even if it keeps sending interim responses", async () => {
    const url = await listenerDoing((socket) => {
      const timer = setInterval(() => socket.write("HTTP/1.1 103 Early Hints\r\n\r\n"), 10);
      socket.resume().on("close", () => clearInterval(timer));
    });
    expect(await post(url, { timeoutMs: 200 })).toEqual({ error: "no answer within 0.2 s" });
  });

  it("a receiver that answers late is given up when its TLS handshake never ends", async () => {
    const url = await listenerDoing((socket) => socket.resume());
    const answer = post(url.replace("http:", "https:"), { timeoutMs: 200 });
    expect(await answer).toEqual({ error: "no answer within 0.2 s" });
  });

  it("a receiver that answers late is given up when its name is never resolved", async () => {
    const lookup = () => new Promise<never>(() => {});
    const answer = post("https://receiver.example.com/", { lookup, timeoutMs: 50 });
    expect(await answer).toEqual({ error: "no answer within 0.05 s" });
  });

  it("a receiver that answers late counts with its status when only its body is late", async () => {
    const url = await listenerDoing((socket) => socket.write(`${ENDLESS_BODY}2\r\nok\r\n`));
    expect(await post(url, { timeoutMs: 2_000 })).toEqual({ status: 200 });
  });
});

describe("a receiver that answers badly", () => {
  it("a receiver that answers badly with an endless body is cut off, and counts with its status", async () => {
    let poured = 0;
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    const url = await listenerDoing((socket) => {
      const pour = () => {
        while (socket.writable && socket.write(chunk)) poured += chunk.length;
      };
      socket.write(ENDLESS_BODY);
      socket.on("drain", pour);
      pour();
    });
    expect(await post(url)).toEqual({ status: 200 });
    expect(poured).toBeLessThan(16 * 1024 * 1024);
  });

  it("a receiver that answers badly with half a body counts with its status", async () => {
    const url = await listenerDoing((socket) =>
      socket.write("HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nhalf", () => socket.destroy()),
    );
    expect(await post(url)).toEqual({ status: 500 });
  });

  it.each<[string, (socket: Socket) => unknown, string]>([
    ["a reset", (socket) => socket.resetAndDestroy(), BROKE_OFF],
    ["a reset after the request", (socket) => socket.once("data", () => socket.resetAndDestroy()), BROKE_OFF],
    ["an end", (socket) => socket.resume().end(), BROKE_OFF],
    ["another protocol", (socket) => socket.write("220 mail.example.com ESMTP\r\n"), NO_HTTP],
    ["endless headers", (socket) => socket.write(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}`), NO_HTTP],
    [
      "a switch to another protocol",
      (socket) => socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n"),
      BROKE_OFF,
    ],
  ])("a receiver that answers badly with %s is reported as such", async (_what, act, error) => {
    expect(await post(await listenerDoing(act))).toEqual({ error });
  });
});

describe("an unreachable receiver", () => {
  it("an unreachable receiver is reported as refusing the connection, at its address or at all addresses of its name", async () => {
    const port = await portOf(createServer());
    stopReceivers();
    const error = "the connection was refused";
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ error });
    const lookup = leadingTo("127.0.0.1", "127.0.0.2");
    expect(await post(`http://receiver.example.com:${port}/`, { lookup })).toEqual({ error });
  });

  it.each(["ENOTFOUND", "EAI_AGAIN"])(
    "an unreachable receiver is reported when its name does not resolve: %s",
    async (code) => {
      const lookup = () =>
        Promise.reject(Object.assign(new Error(`getaddrinfo ${code} receiver.example.com`), { code }));
      const error = "the host name could not be resolved";
      expect(await post("https://receiver.example.com/", { lookup })).toEqual({ error });
      expect(await post("https://receiver.example.com/", { lookup: leadingTo() })).toEqual({ error });
    },
  );

  it("an unreachable receiver never receives internal details, whatever goes wrong", async () => {
    const lookup = () => Promise.reject(new Error("the resolver 10.0.0.53 is down"));
    const error = "the callback could not be sent";
    expect(await post("https://receiver.example.com/", { lookup })).toEqual({ error });
  });
});
