import { rm } from "node:fs/promises";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Functions, startFunctions } from "../../local/stack/functions.ts";
import { type AnsweredRequest, type Gateway, startGateway } from "../../local/stack/gateway.ts";
import { compress } from "../../local/stack/gateway-answer.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate, writeEchoBundle } from "./small-template.ts";

let folder: string;
let functions: Functions;
let gateway: Gateway;
let throttled: Gateway;
let guarded: Gateway;
let compressing: Gateway;
let url: string;
/** Where large answers are compressed. */
let compressingUrl: string;
const answered: AnsweredRequest[] = [];

beforeAll(async () => {
  folder = await writeEchoBundle();
  const spec = readTemplate(smallTemplate, new Map([["echo", folder]]));
  functions = startFunctions(spec.functions, { overrides: {}, additions: {} }, () => {});
  const options = {
    api: spec.api,
    port: 0,
    apiKeys: ["key-one", "key-two"],
    invoke: functions.invoke,
    stream: functions.stream,
    onError: console.error,
    onAnswered: (request: AnsweredRequest) => void answered.push(request),
  };
  gateway = await startGateway(options);
  const rates = new Map([
    ["GET /jobs/{id}", { perSecond: 0.001, burst: 3 }],
    ["ANY /{proxy+}", { perSecond: 0.001, burst: 1 }],
  ]);
  const routes = spec.api.routes.map((route) => ({
    ...route,
    throttle: rates.get(`${route.method} ${route.resourcePath}`),
  }));
  throttled = await startGateway({
    ...options,
    api: { ...spec.api, routes, keyThrottle: { perSecond: 0.001, burst: 2 } },
  });
  guarded = await startGateway({ ...options, hosts: new Set(["localhost:4000"]) });
  compressing = await startGateway({ ...options, api: { ...spec.api, compressedFromBytes: 3_000 } });
  url = `http://127.0.0.1:${gateway.port}`;
  compressingUrl = `http://127.0.0.1:${compressing.port}`;
});

afterAll(async () => {
  await gateway.close();
  await throttled.close();
  await guarded.close();
  await compressing.close();
  await functions.close();
  await rm(folder, { recursive: true });
});

const withKey = { "x-api-key": "key-one" };

async function echo(path: string, init: RequestInit = {}): Promise<APIGatewayProxyEvent> {
  const response = await fetch(`${url}${path}`, init);
  return (await response.json()) as APIGatewayProxyEvent;
}

/**
 * Sends raw bytes, because fetch would change header names, and reads the answer until the gateway closes the
 * connection.
 */
async function sendRaw(request: string, to = gateway): Promise<string> {
  const socket = connect(to.port, "127.0.0.1");
  socket.write(request);
  return text(socket);
}

it("each answered request is reported by its route, with the job's id and nothing else of its path", async () => {
  answered.length = 0;
  await fetch(`${url}/jobs/0123abc?secret=1`, { headers: withKey });
  await fetch(`${url}/jobs/a%0Ab`);
  await fetch(`${url}/nothing/secret`);
  expect(answered.map(({ method, route, status }) => `${method} ${route} ${status}`)).toEqual([
    "GET /jobs/0123abc 200",
    "GET /jobs/{id} 401",
    "GET (no such path) 200",
  ]);
  expect(answered[1]?.problem).toBe("unauthorized Forbidden");
});

it.each([
  ["LocalHost:4000", "200 OK"],
  ["evil.example.com", "421 Misdirected Request"],
  ["localhost:4001", "421 Misdirected Request"],
])("a gateway that answers only its own names answers Host: %s with %s", async (host, status) => {
  const request = `GET /jobs/0123abc HTTP/1.1\r\nHost: ${host}\r\nx-api-key: key-one\r\nConnection: close\r\n\r\n`;
  expect((await sendRaw(request, guarded)).split("\r\n")[0]).toBe(`HTTP/1.1 ${status}`);
});

describe("the gateway's event", () => {
  it("the gateway's event is API Gateway's proxy event of version 1.0", async () => {
    const event = await echo("/jobs/a%2Fb%20c?status=queued&status=failed&q=a%20b+c&empty=", { headers: withKey });
    expect(event).toMatchObject({
      resource: "/jobs/{id}",
      path: "/jobs/a%2Fb%20c",
      httpMethod: "GET",
      queryStringParameters: { status: "failed", q: "a b c", empty: "" },
      multiValueQueryStringParameters: { status: ["queued", "failed"], q: ["a b c"], empty: [""] },
      pathParameters: { id: "a/b c" },
      stageVariables: null,
      body: null,
      isBase64Encoded: false,
      requestContext: {
        accountId: "000000000000",
        apiId: "Api",
        httpMethod: "GET",
        path: "/jobs/a%2Fb%20c",
        protocol: "HTTP/1.1",
        resourcePath: "/jobs/{id}",
        stage: "prod",
        identity: { apiKey: "key-one", sourceIp: "127.0.0.1", userAgent: "node", accessKey: null, user: null },
      },
    });
    expect(event.requestContext.requestTime).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
    expect(event.requestContext.requestTimeEpoch).toBeGreaterThan(1_700_000_000_000);
    expect(event.headers["X-Forwarded-Proto"]).toBe("http");
  });

  it("the gateway's event keeps the case of header names and every value, and only the last value in the plain form", async () => {
    const request =
      "GET /open/x HTTP/1.1\r\nHost: h\r\nX-Mixed-CASE: 1\r\nX-Mixed-CASE: 2\r\nConnection: close\r\n\r\n";
    const answer = await sendRaw(request);
    const event = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")));
    expect(event.multiValueHeaders["X-Mixed-CASE"]).toEqual(["1", "2"]);
    expect(event.headers["X-Mixed-CASE"]).toBe("2");
    expect(event.headers.Connection).toBeUndefined();
  });

  it("the gateway's event has null where there are no parameters", async () => {
    const event = await echo("/open", { method: "POST" });
    expect(event.queryStringParameters).toBeNull();
    expect(event.multiValueQueryStringParameters).toBeNull();
    expect(event.pathParameters).toBeNull();
  });

  it("the gateway's event carries text unchanged and only the binary media types as base64", async () => {
    const post = (type: string) => echo("/open", { method: "POST", headers: { "content-type": type }, body: "hällo" });
    expect(await post("application/json")).toMatchObject({ body: "hällo", isBase64Encoded: false });
    const binary = await post("multipart/form-data; boundary=x");
    expect(binary.isBase64Encoded).toBe(true);
    expect(Buffer.from(binary.body ?? "", "base64").toString()).toBe("hällo");
  });

  it("the gateway's event identifies the caller's key by a stable id that differs between keys", async () => {
    const idOf = async (key: string) =>
      (await echo("/jobs/x", { headers: { "X-API-Key": key } })).requestContext.identity.apiKeyId;
    const first = await idOf("key-one");
    expect(first).toMatch(/^[a-z0-9]{10}$/);
    expect(await idOf("key-one")).toBe(first);
    expect(await idOf("key-two")).not.toBe(first);
  });

  it("the gateway's event identifies no key on a method that needs none", async () => {
    const event = await echo("/open", { method: "POST", headers: withKey });
    expect(event.requestContext.identity).toMatchObject({ apiKey: null, apiKeyId: null });
  });
});

describe("the gateway's routes", () => {
  it.each([
    ["GET", "/jobs/recent", "/jobs/recent"],
    ["GET", "/jobs/7/", "/jobs/{id}"],
    ["DELETE", "/jobs/7", "/jobs/{id}"],
    ["PUT", "/jobs/7", "/jobs/{id}"],
    ["GET", "/jobs/7/more", "/{proxy+}"],
    ["GET", "/jobs", "/{proxy+}"],
    ["GET", "/jobs//", "/{proxy+}"],
  ])("the gateway's routes send %s %s to %s", async (method, path, resource) => {
    expect((await echo(path, { method, headers: withKey })).resource).toBe(resource);
  });

  it("the gateway's routes answer an unknown path or method with API Gateway's own 403", async () => {
    expect((await fetch(`${url}/`)).status).toBe(403);
    expect((await fetch(`${url}/open`)).status).toBe(403);
  });

  it("the gateway's routes answer a malformed path parameter with 400", async () => {
    expect((await fetch(`${url}/jobs/%zz`)).status).toBe(400);
  });

  it("the gateway's routes send the answer to HEAD without its body", async () => {
    const response = await fetch(`${url}/jobs/7`, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(Number(response.headers.get("content-length"))).toBeGreaterThan(100);
  });

  it("the gateway's routes answer a preflight from the template's mock", async () => {
    const response = await fetch(`${url}/jobs/7`, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-max-age")).toBe("7200");
  });
});

describe("the gateway's own responses", () => {
  it.each([undefined, "key", "key-one,key-two", ""])(
    "the gateway's own responses reject the key %j as the template says",
    async (key) => {
      const response = await fetch(`${url}/jobs/7`, { headers: key === undefined ? {} : { "x-api-key": key } });
      const requestId = response.headers.get("x-request");
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(await response.json()).toEqual({ code: "unauthorized", detail: "Forbidden", instance: requestId });
    },
  );

  it.each(["throw", "crash", "exit", "hang", "huge", "malformed", "bad-header"])(
    "the gateway's own responses are 502 for a function that does %s",
    async (test) => {
      const response = await fetch(`${url}/open`, { method: "POST", headers: { test } });
      expect(response.status).toBe(502);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(await response.json()).toEqual({ code: "INTEGRATION_FAILURE" });
    },
  );

  it("the gateway's own responses reject a body above 10 MB, and one that makes the event too large for Lambda, with 413", async () => {
    const post = (bytes: number) => fetch(`${url}/open`, { method: "POST", body: "x".repeat(bytes) });
    expect((await post(10 * 1024 * 1024 + 1)).status).toBe(413);
    expect((await post(6_291_456)).status).toBe(413);
    expect((await post(5_000_000)).status).toBe(200);
  });

  it("the gateway's own responses reject a form that base64 makes too large for Lambda, not one of 4 MB", async () => {
    const headers = { "content-type": "multipart/form-data; boundary=x" };
    const post = (bytes: number) => fetch(`${url}/open`, { method: "POST", headers, body: Buffer.alloc(bytes, 1) });
    expect((await post(4 * 1024 * 1024)).status).toBe(200);
    expect((await post(5 * 1024 * 1024)).status).toBe(413);
  });

  it("P30: the gateway's own responses throttle a key that exceeds its rate, which leaves the route to other keys", async () => {
    const call = async (key: string) =>
      (await fetch(`http://127.0.0.1:${throttled.port}/jobs/7`, { headers: { "x-api-key": key } })).status;
    const statuses = await Promise.all(Array.from({ length: 10 }, () => call("key-one")));
    expect(statuses.sort()).toEqual([200, 200, ...Array(8).fill(429)]);
    // The key's ten requests took two of the route's three.
    expect([await call("key-two"), await call("key-two")]).toEqual([200, 429]);
  });

  it("P30: the gateway's own responses throttle callers without a key on each method separately", async () => {
    const call = async (path: string, method = "GET") =>
      (await fetch(`http://127.0.0.1:${throttled.port}${path}`, { method })).status;
    const nowhere = await Promise.all(Array.from({ length: 5 }, () => call("/nowhere")));
    expect(nowhere.sort()).toEqual([200, ...Array(4).fill(429)]);
    expect(await call("/open", "POST")).toBe(200);
  });
});

describe("a function's answer", () => {
  const ask = (test: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/open`, { method: "POST", headers: { test, ...headers } });

  it("a function's answer is sent with all header values, those of the multi-value form first", async () => {
    const response = await ask("multi");
    expect(response.status).toBe(201);
    expect(response.headers.get("x-one")).toBe("1");
    expect(response.headers.get("x-two")).toBe("a, b");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.text()).toBe("made");
  });

  it("a function's answer of 204 has neither body nor length, and leaves the connection usable", async () => {
    const request = (connection: string) =>
      `DELETE /jobs/7 HTTP/1.1\r\nHost: h\r\ntest: no-content\r\nConnection: ${connection}\r\n\r\n`;
    const answers = (await sendRaw(request("keep-alive") + request("close"))).split("HTTP/1.1 ").slice(1);
    expect(answers.map((answer) => answer.split("\r\n\r\n")[1])).toEqual(["", ""]);
    for (const answer of answers) {
      expect(answer).toMatch(/^204 /);
      expect(answer.toLowerCase()).not.toMatch(/content-length|transfer-encoding/);
    }
  });

  it("a function's answer is compressed like API Gateway's if it is large, for callers that accept it", async () => {
    const ask = async (acceptEncoding: string, bytes: number) => {
      const headers = { "accept-encoding": acceptEncoding };
      const response = await fetch(`${compressingUrl}/open`, { method: "POST", headers, body: "x".repeat(bytes) });
      const { body } = (await response.json()) as { body: string };
      return [response.headers.get("content-encoding"), body.length];
    };
    expect(await ask("br, gzip", 5_000)).toEqual(["gzip", 5_000]);
    expect(await ask("identity", 5_000)).toEqual([null, 5_000]);
    expect(await ask("gzip", 10)).toEqual([null, 10]);
  });

  it("a function's answer that is already encoded, or for which no size is set, is left alone", () => {
    const answer = { status: 200, headers: [["Content-Encoding", "br"]] as const, body: Buffer.alloc(100) };
    expect(compress(answer, "gzip", 10)).toBe(answer);
    expect(compress({ ...answer, headers: [] }, "gzip", undefined).headers).toEqual([]);
  });

  it("a function's answer is decoded from base64 only where a binary media type is accepted", async () => {
    expect(await (await ask("base64", { accept: "multipart/form-data" })).text()).toBe("hi");
    expect(await (await ask("base64", { accept: "image/png" })).text()).toBe("aGk=");
  });
});
