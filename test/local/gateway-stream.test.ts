import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Functions, startFunctions } from "../../local/stack/functions.ts";
import { type Gateway, startGateway } from "../../local/stack/gateway.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

/**
 * A function that streams its answer, or does what the query says, and one that does not stream. It counts the streams
 * that were closed early, and those that it wrote to their end.
 */
const source = `
let [closed, ended] = [0, 0];
let goOn = () => {};
export const handler = awslambda.streamifyResponse(async (event, output) => {
  const wish = event.queryStringParameters?.wish;
  if (wish === "go-on") { goOn(); return answer(output, 200).end(); }
  if (wish === "count") return answer(output, 200).end(closed + " closed, " + ended + " ended");
  if (wish === "throw") throw new Error("thrown on purpose");
  if (wish === "hang") await new Promise(() => {});
  if (wish === "no-head") return output.end("no head at all");
  if (wish === "long-head") return output.end("x".repeat(20_000));
  if (wish === "bad-head") return output.end("{" + "\\0".repeat(8));
  if (wish === "only-end") return awslambda.HttpResponseStream.from(output, { statusCode: 201 }).end();
  if (wish === "empty") return answer(output, 204).end();
  const stream = answer(output, 200);
  stream.once("close", () => (closed += stream.writableEnded ? 0 : 1)).on("error", () => (closed += 1));
  stream.write("first");
  if (wish === "held") await new Promise((resolve) => (goOn = resolve));
  stream.write(" ");
  if (wish === "break") throw new Error("broken on purpose");
  if (wish === "wait") await new Promise(() => {});
  if (wish === "long") await new Promise((resolve) => (goOn = resolve));
  await new Promise((resolve) => setImmediate(resolve));
  stream.write("second");
  stream.end();
  ended += 1;
});
export const whole = async (event) => ({ statusCode: 200, body: event.httpMethod + " " + event.body });
function answer(output, statusCode) {
  const headers = { "Content-Type": "text/event-stream", "X-One": 1 };
  const stream = awslambda.HttpResponseStream.from(output, { statusCode, headers, multiValueHeaders: { "X-Two": ["a", "b"] } });
  stream.write("");
  return stream;
}
`;

const { GetJob, Echo, ...others } = smallTemplate.Resources;
const method = (resource: string, ResponseTransferMode: string, TimeoutInMillis: number) => ({
  ...GetJob,
  Properties: {
    ...GetJob.Properties,
    ResourceId: { Ref: resource },
    Integration: { ...GetJob.Properties.Integration, TimeoutInMillis, ResponseTransferMode },
  },
});
const wholeMethod = (HttpMethod: string) => ({
  ...GetJob,
  Properties: {
    ...GetJob.Properties,
    HttpMethod,
    Integration: { ...GetJob.Properties.Integration, Uri: { "Fn::GetAtt": ["Whole", "Arn"] } },
  },
});
const template = {
  Resources: {
    ...others,
    Echo: { ...Echo, Properties: { ...Echo.Properties, Timeout: 20 } },
    Streamed: method("Job", "STREAM", 20_000),
    StreamedBriefly: method("Recent", "STREAM", 3_000),
    Buffered: method("Open", "BUFFERED", 2_000),
    Whole: { ...Echo, Properties: { ...Echo.Properties, Handler: "index.whole" } },
    PostJob: wholeMethod("POST"),
    PutJob: wholeMethod("PUT"),
    Late: {
      Type: "AWS::ApiGateway::GatewayResponse",
      Properties: {
        ResponseType: "INTEGRATION_TIMEOUT",
        StatusCode: "500",
        ResponseTemplates: { "application/problem+json": '{"code":"late"}' },
      },
    },
  },
};
const headers = { "x-api-key": "key" };
const first = Buffer.from("first");

let folder: string;
let functions: Functions;
let gateway: Gateway;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-stream-"));
  await writeFile(join(folder, "index.mjs"), source);
  const spec = readTemplate(template, new Map([["echo", folder]]));
  functions = startFunctions(spec.functions, { overrides: {}, additions: {} }, () => {});
  const { invoke, stream } = functions;
  gateway = await startGateway({ api: spec.api, port: 0, apiKeys: ["key"], invoke, stream, onError: console.error });
  url = `http://127.0.0.1:${gateway.port}`;
});

afterEach(async () => {
  await gateway.close();
  await functions.close();
  await rm(folder, { recursive: true });
});

const ask = (wish: string, path = "/jobs/7") => fetch(`${url}${path}?wish=${wish}`, { headers });

/** Calls without a connection pool, which could hold more connections than this one. */
const call = (wish: string) =>
  new Promise<IncomingMessage>((resolve, reject) => {
    request(`${url}/jobs/7?wish=${wish}`, { headers, agent: false }, resolve).on("error", reject).end();
  });

describe("a streamed answer", () => {
  it("a streamed answer has its status and headers, and no length", async () => {
    const response = await ask("nothing");
    expect([response.status, await response.text()]).toEqual([200, "first second"]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream",
      "x-one": "1",
      "x-two": "a, b",
      "transfer-encoding": "chunked",
    });
  });

  it("A21: a streamed answer is passed on while the function works, which runs to its end when the caller disconnects", async () => {
    const response = await call("long");
    expect(await once(response, "data")).toEqual([first]);
    response.destroy();
    await once(response, "close");
    expect(await (await ask("count")).text()).toBe("0 closed, 0 ended");
    await ask("go-on");
    await expect.poll(async () => (await ask("count")).text()).toBe("0 closed, 1 ended");
  });

  it("A25: a streamed answer's small write arrives only with the next one, and an empty write brings nothing", async () => {
    const response = await call("held");
    await ask("count");
    expect(response.read()).toBeNull();
    await ask("go-on");
    expect(await text(response)).toBe("first second");
  });

  it("a streamed answer may have no body", async () => {
    const response = await ask("empty");
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it.each(["throw", "no-head", "long-head", "bad-head", "only-end"])(
    "a streamed answer is a 502 of the gateway for a function that does %s",
    async (wish) => {
      const response = await ask(wish);
      expect([response.status, await response.json()]).toEqual([502, { code: "INTEGRATION_FAILURE" }]);
    },
  );

  it("a streamed answer is the template's response for a function that does not start in time, not API Gateway's own 504", async () => {
    const response = await ask("hang", "/jobs/recent");
    expect([response.status, await response.json()]).toEqual([500, { code: "late" }]);
  });

  it.each(["break", "wait"])(
    "a streamed answer breaks off for a function that does %s after its head",
    async (wish) => {
      const response = await ask(wish, "/jobs/recent");
      expect(response.status).toBe(200);
      await expect(response.text()).rejects.toThrow("terminated");
    },
  );

  it("a streamed answer breaks off when the gateway closes, which does not wait for streams", async () => {
    const reading = text(await call("wait"));
    await Promise.all([gateway.close(), expect(reading).rejects.toThrow("aborted")]);
  });

  it("a streamed answer needs a key like any other", async () => {
    expect((await fetch(`${url}/jobs/7`)).status).toBe(401);
  });
});

describe("a path whose GET streams", () => {
  it.each(["POST", "PUT"])("a path whose GET streams answers %s whole, by another function", async (method) => {
    const open = await call("wait");
    await once(open, "data");
    const response = await fetch(`${url}/jobs/7`, { method, body: "sent", headers });
    expect([response.status, await response.text()]).toEqual([200, `${method} sent`]);
    expect(response.headers.get("content-length")).toBe(`${method} sent`.length.toString());
    open.destroy();
  });
});

describe("a function that streams", () => {
  it("a function that streams answers 502 on a method that does not stream", async () => {
    expect((await ask("nothing", "/open")).status).toBe(502);
  });
});
