import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { mediaAtFal, NotFalMedia } from "../../../lambdas/fal/media.ts";
import { isFalMedia } from "../../../lambdas/fal/url.ts";
import { serve } from "../../support/loopback.ts";

const VIDEO = "https://v3.fal.media/files/b/x.mp4";
const never = new AbortController().signal;

async function read(url: string, falEndpointUrl?: string, signal = never): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of mediaAtFal(url, falEndpointUrl, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Redirects every request to another URL. */
const redirectTo = (location: string) => serve((_, response) => response.writeHead(302, { location }).end());

const FOREIGN = [
  "https://v3.fal.media.evil.com/x.mp4",
  "https://fal.media@evil.com/x.mp4",
  "https://v3.fal.media:x@evil.com/x.mp4",
  "https://evilfal.media/x.mp4",
  "https://fal.media.evil/x.mp4",
  "https://v3.fal.media./x.mp4",
  "https://v3.fal.media:8443/x.mp4",
  "https://evil.com/v3.fal.media/x.mp4",
  "https://evil.com/?v3.fal.media",
  "https://evil.com\\@v3.fal.media/x.mp4",
  "https://v3.fal.media%2eevil.com/x.mp4",
  "https://fal.run/x.mp4",
  "https://127.0.0.1/x.mp4",
  "http://v3.fal.media/x.mp4",
  "ftp://v3.fal.media/x.mp4",
  "file:///etc/passwd",
  "data:video/mp4;base64,AAAA",
  "x.mp4",
  "",
];

describe("fal's media (P23)", () => {
  it.each([
    VIDEO,
    "https://v3b.fal.media/x",
    "https://fal.media/x",
    "https://V4.FAL.MEDIA:443/x",
    "https://a.b.fal.media/x",
  ])("fal's media (P23) is at %s", (url) => {
    expect(isFalMedia(url, undefined)).toBe(true);
  });

  it.each(FOREIGN)("fal's media (P23) is not at %s, which is never requested", async (url) => {
    const { url: standIn, asked } = await serve((_, response) => response.end("x"));
    for (const falEndpointUrl of [undefined, standIn]) {
      expect(isFalMedia(url, falEndpointUrl)).toBe(false);
      await expect(read(url, falEndpointUrl)).rejects.toBeInstanceOf(NotFalMedia);
    }
    expect(asked).toEqual([]);
  });

  it("fal's media (P23) is also on the origin that replaces fal, and on no other port or path of it", async () => {
    expect(isFalMedia("http://127.0.0.1:4001/x.mp4", "http://127.0.0.1:4001/fal")).toBe(true);
    for (const url of ["http://127.0.0.1:4002/x", "https://127.0.0.1:4001/x", "http://localhost:4001/x"])
      expect(isFalMedia(url, "http://127.0.0.1:4001")).toBe(false);
  });

  it("fal's media (P23) is read from the address configured for fal's hosts", async () => {
    const { url, asked } = await serve((_, response) => response.end("a video"));
    expect(await read(VIDEO, url)).toBe("a video");
    expect(await read(`${url}/other.mp4`, url)).toBe("a video");
    expect(asked.map(({ line }) => line)).toEqual(["GET /v3.fal.media/files/b/x.mp4", "GET /other.mp4"]);
  });

  it("fal's media (P23) is followed from one of fal's hosts to another, absolute or relative", async () => {
    const fal = await serve((request, response) => {
      if (request.url === "/v3.fal.media/files/b/x.mp4")
        response.writeHead(301, { location: "https://v3b.fal.media/y" });
      else if (request.url === "/v3b.fal.media/y") response.writeHead(307, { location: "z?a=1" });
      response.end("a video");
    });
    expect(await read(VIDEO, fal.url)).toBe("a video");
    expect(fal.asked.map(({ line }) => line)).toEqual([
      "GET /v3.fal.media/files/b/x.mp4",
      "GET /v3b.fal.media/y",
      "GET /v3b.fal.media/z?a=1",
    ]);
  });

  it.each(FOREIGN.filter((url) => URL.canParse(url)))("are not followed to %s", async (location) => {
    const { url, asked } = await redirectTo(location);
    await expect(read(VIDEO, url)).rejects.toBeInstanceOf(NotFalMedia);
    expect(asked).toHaveLength(1);
  });

  it("fal's media (P23) is given up after a redirect loop", async () => {
    const { url, asked } = await redirectTo(VIDEO);
    await expect(read(VIDEO, url)).rejects.toThrow("more than 5 times");
    expect(asked).toHaveLength(6);
  });

  it.each([204, 206, 300, 304, 403, 404, 410, 500, 503])(
    "fal's media (P23) is a temporary error on a %i",
    async (status) => {
      const { url } = await serve((_, response) => response.writeHead(status).end());
      const error = await read(VIDEO, url).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: `fal's CDN returned ${status}.` });
      expect(error).not.toBeInstanceOf(NotFalMedia);
    },
  );

  it.each([
    "text/html",
    "text/html; charset=utf-8",
    "TEXT/PLAIN",
    "application/json",
    "application/problem+json; charset=utf-8",
    "application/xml",
    "application/xhtml+xml",
    "image/svg+xml",
  ])("P31: fal's media are an error that may pass when they are %s", async (type) => {
    const { url } = await serve((_, response) => response.writeHead(200, { "content-type": type }).end("a video"));
    const error = await read(VIDEO, url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ message: expect.stringContaining("returned a text") });
    expect(error).not.toBeInstanceOf(NotFalMedia);
  });

  it.each([
    "video/mp4",
    "application/octet-stream",
    "binary/octet-stream",
    "application/mp4; a=x/xml",
    "image/gif",
    "",
  ])("P31: fal's media are read when their type is %j: the bytes decide", async (type) => {
    const headers = type === "" ? {} : { "content-type": type };
    const { url } = await serve((_, response) => response.writeHead(200, headers).end("a video"));
    expect(await read(VIDEO, url)).toBe("a video");
  });

  it.each<[string, RequestListener]>([
    [
      "with a length",
      (_, response) =>
        void response.writeHead(200, { "content-length": "100" }).write("a vi", () => response.destroy()),
    ],
    ["in chunks", (_, response) => void response.writeHead(200).write("a vi", () => response.destroy())],
  ])("P31: fal's media is an error when it breaks off, sent %s", async (_, answer) => {
    const { url } = await serve(answer);
    await expect(read(VIDEO, url)).rejects.toThrow();
  });

  it("fal's media (P23) is given up when the time is up", async () => {
    const limit = new AbortController();
    const { url } = await serve((_, response) => {
      response.writeHead(200).write("a vi", () => limit.abort());
    });
    await expect(read(VIDEO, url, limit.signal)).rejects.toThrow(/abort/);
  });

  it("fal's media (P23) is unavailable when nothing listens", async () => {
    await expect(read(VIDEO, "http://127.0.0.1:9")).rejects.toThrow();
  });
});
