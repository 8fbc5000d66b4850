import { describe, expect, it } from "vitest";
import { api, handleWith, type Route } from "../../../lambdas/http/api.ts";
import { idempotencyKey } from "../../../lambdas/http/idempotency-key.ts";
import { Problem } from "../../../lambdas/http/problem.ts";
import { jsonBody, toRequest } from "../../../lambdas/http/request.ts";
import { fallback } from "../../../lambdas/routes/fallback.ts";
import { gatewayEvent } from "../../support/events.ts";

const publicUrl = "https://api.example.com/prod";

async function answer(route: Route, event = gatewayEvent()) {
  const result = await handleWith(route, publicUrl)(event);
  return { ...result, json: result.body === "" ? undefined : JSON.parse(result.body) };
}

function request(options: Parameters<typeof gatewayEvent>[0]) {
  return toRequest(gatewayEvent(options), 0);
}

describe("an answer", () => {
  it("an answer is JSON with CORS headers (A3)", async () => {
    const result = await answer(() => ({ status: 202, headers: { location: "/x" }, body: { a: 1, b: undefined } }));
    expect(result).toMatchObject({
      statusCode: 202,
      json: { a: 1 },
      headers: { "content-type": "application/json", "access-control-allow-origin": "*", location: "/x" },
    });
  });

  it("an answer to HEAD is the answer to GET, whose body the gateway leaves out", async () => {
    const handle = api({ "GET /jobs": () => ({ status: 200, body: { a: 1 } }) }, publicUrl, fallback(new Map()));
    const [get, head] = await Promise.all(["GET", "HEAD"].map((method) => handle(gatewayEvent({ method }))));
    expect(head).toEqual(get);
    expect(await handle(gatewayEvent({ method: "HEAD", resource: "/uploads" }))).toMatchObject({ statusCode: 404 });
  });

  it("an answer may be text", async () => {
    const result = await handleWith(
      () => ({ status: 200, headers: { "content-type": "text/plain" }, text: "a" }),
      "",
    )(gatewayEvent());
    expect(result).toMatchObject({ body: "a", headers: { "content-type": "text/plain", "cache-control": "no-store" } });
  });

  it("an answer may be empty", async () => {
    expect(await answer(() => ({ status: 304 }))).toMatchObject({ statusCode: 304, body: "" });
  });

  it("an answer to a problem is problem+json with its code", async () => {
    const result = await answer(() => {
      throw new Problem("invalid_request", "No.", {
        errors: [{ pointer: "/a", message: "is required" }],
        instance: "/jobs/1",
      });
    });
    expect(result.headers).toMatchObject({
      "content-type": "application/problem+json",
      "access-control-allow-origin": "*",
    });
    expect(result.json).toEqual({
      type: "https://api.example.com/prod/errors/invalid_request",
      title: "Unprocessable Content",
      status: 422,
      detail: "No.",
      code: "invalid_request",
      instance: "/jobs/1",
      errors: [{ pointer: "/a", message: "is required" }],
    });
  });

  it.each([
    ["It is busy. Try again.", { "retry-after": "5" }, "It is busy. Try again in 5 seconds."],
    [
      "Retry with the same Idempotency-Key.",
      { "retry-after": "2" },
      "Retry with the same Idempotency-Key in 2 seconds.",
    ],
    ["It is busy. Try again.", {}, "It is busy. Try again."],
  ])("an answer that advises to try again says when, as its header does: %s %j", async (detail, headers, said) => {
    const result = await answer(() => {
      throw new Problem("table_unavailable", detail, { headers });
    });
    expect(result.json.detail).toBe(said);
  });

  it("an answer to a bug of ours reveals nothing of it", async () => {
    const result = await answer(() => {
      throw new Error("the secret is 1234");
    });
    expect(result.statusCode).toBe(500);
    expect(result.body).not.toContain("1234");
    expect(result.json).toMatchObject({
      code: "internal_error",
      detail: expect.stringContaining("same Idempotency-Key"),
    });
  });
});

describe("a function with several routes", () => {
  const routes = {
    "GET /jobs": () => ({ status: 200, body: "list" }),
    "GET /jobs/{id}": () => ({ status: 200, body: "read" }),
    "DELETE /jobs/{id}": () => ({ status: 204 }),
  };

  it.each([
    ["GET", "/jobs", 200, '"list"'],
    ["GET", "/jobs/{id}", 200, '"read"'],
    ["DELETE", "/jobs/{id}", 204, ""],
  ])("a function with several routes answers %s %s with that route", async (method, resource, statusCode, body) => {
    const event = gatewayEvent({ method, resource, path: "/jobs" });
    expect(await api(routes, publicUrl)(event)).toMatchObject({ statusCode, body });
  });

  it.each([
    ["POST", "/jobs"],
    ["GET", "/jobs/{id}/video"],
    ["GET", "/{proxy+}"],
    ["constructor", ""],
  ])("a function with several routes throws, as a bare 500, when it is sent %s %s", async (method, resource) => {
    const { statusCode, body } = await api(routes, publicUrl)(gatewayEvent({ method, resource }));
    expect([statusCode, JSON.parse(body).code]).toEqual([500, "internal_error"]);
  });

  it("a function with several routes answers everything else with its fallback, if it has one", async () => {
    const handler = api(routes, publicUrl, () => ({ status: 404, body: "nothing" }));
    expect(await handler(gatewayEvent({ resource: "/{proxy+}" }))).toMatchObject({
      statusCode: 404,
      body: '"nothing"',
    });
    expect(await handler(gatewayEvent({ method: "GET", resource: "/jobs" }))).toMatchObject({ statusCode: 200 });
  });
});

describe("a body", () => {
  it("a body is decoded from base64 when the gateway says so, otherwise as UTF-8 (A1)", () => {
    expect(request({ body: "aGk=", isBase64Encoded: true }).body.toString()).toBe("hi");
    expect(request({ body: "ä" }).body).toEqual(Buffer.from("ä"));
  });

  it.each(["application/json", "Application/JSON; charset=utf-8"])("a body may be declared %s", (type) => {
    expect(jsonBody(request({ headers: { "CONTENT-type": type }, body: "[1]" }), 10)).toEqual([1]);
  });

  it.each([
    [{ headers: { "Content-Type": "text/plain" }, body: "{}" }, "unsupported_media_type"],
    [{ headers: {}, body: "{}" }, "unsupported_media_type"],
    [{ headers: { "Content-Type": ["application/json", "text/plain"] }, body: "{}" }, "malformed_request"],
    [{ body: "{" }, "malformed_request"],
    [{ body: Buffer.from([0x22, 0xff, 0x22]).toString("base64"), isBase64Encoded: true }, "malformed_request"],
    [{ body: "" }, "malformed_request"],
    [{ body: null }, "malformed_request"],
    [{ body: "[1,2,3,4,5,6,7]" }, "body_too_large"],
  ])("%j is rejected as %s", (options, code) => {
    expect(() => jsonBody(request(options), 10)).toThrow(expect.objectContaining({ code }));
  });
});

describe("an Idempotency-Key", () => {
  it.each([
    ["abc", "abc"],
    ['"abc"', "abc"],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ["x".repeat(255), "x".repeat(255)],
  ])("%s is read as %s", (sent, key) => {
    expect(idempotencyKey(request({ headers: { "IDEMPOTENCY-key": sent } }))).toBe(key);
  });

  it("an Idempotency-Key is optional", () => {
    expect(idempotencyKey(request({}))).toBeUndefined();
  });

  it.each(["", '""', "x".repeat(256), "ä", "a\tb", ["a", "b"]])("%j is rejected", (sent) => {
    expect(() => idempotencyKey(request({ headers: { "Idempotency-Key": sent } }))).toThrow(
      expect.objectContaining({ code: "malformed_idempotency_key" }),
    );
  });
});

describe("the fallback (A2)", () => {
  const route = fallback(new Map([["/jobs", ["POST"]]]));

  it("the fallback (A2) answers 405 with Allow where the path exists", async () => {
    const result = await answer(route, gatewayEvent({ method: "DELETE", resource: "/jobs" }));
    expect(result).toMatchObject({
      statusCode: 405,
      headers: { allow: "POST, OPTIONS" },
      json: { code: "method_not_allowed" },
    });
  });

  it.each(["/{proxy+}", "/", "/webhooks"])("the fallback (A2) answers 404 at %s", async (resource) => {
    expect(await answer(route, gatewayEvent({ resource }))).toMatchObject({
      statusCode: 404,
      json: { code: "not_found" },
    });
  });
});
