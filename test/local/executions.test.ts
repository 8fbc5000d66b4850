import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Functions, startFunctions } from "../../local/stack/functions.ts";
import { startGateway } from "../../local/stack/gateway.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

/** Two functions: one works until the test's server answers it, one streams until then. Both count their events. */
const source = `
let calls = 0;
const wait = (event) => fetch(event.queryStringParameters?.until ?? event.until);
export const handler = async (event) => {
  calls += 1;
  if (event.throw) throw new Error("thrown on purpose");
  if (event.until || event.queryStringParameters?.until) await wait(event);
  if (event.crash) process.exit(1);
  return { statusCode: 200, body: String(calls) };
};
export const stream = awslambda.streamifyResponse(async (event, output) => {
  output.write("first");
  await wait(event);
  output.end();
});
`;
const { Echo, ...others } = smallTemplate.Resources;
const Streamed = { ...Echo, Properties: { ...Echo.Properties, Handler: "index.stream" } };
const Other = { ...Echo, Properties: { ...Echo.Properties } };
const timeout = { Properties: { ...Echo.Properties, Timeout: 60 } };
const template = {
  Resources: { ...others, Echo: { ...Echo, ...timeout }, Other: { ...Other, ...timeout }, Streamed },
};
const answered = (calls: number) => ({
  kind: "answer",
  payload: JSON.stringify({ statusCode: 200, body: `${calls}` }),
});

/** Requests of functions that wait. */
const held: ServerResponse[] = [];
const server = createServer((_request, response) => held.push(response));
let until: string;
let folder: string;
let functions: Functions;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-executions-"));
  await writeFile(join(folder, "index.mjs"), source);
  await once(server.listen(0, "127.0.0.1"), "listening");
  until = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  functions = startFunctions(spec().functions, { overrides: {}, additions: {} }, () => {}, 2);
});
afterEach(async () => {
  release();
  await functions.close();
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const spec = () => readTemplate(template, new Map([["echo", folder]]));
const release = () => held.splice(0).map((response) => response.end());
const waiting = (count: number) => expect.poll(() => held.length).toBe(count);

describe("functions with a limit of executions", () => {
  it("A27: functions with a limit run events at the same time in instances of their own, and keep these warm", async () => {
    const both = [functions.invoke("Echo", { until }), functions.invoke("Echo", { until })];
    await waiting(2);
    release();
    expect(await Promise.all(both)).toEqual([answered(1), answered(1)]);
    expect(await functions.invoke("Echo", {})).toEqual(answered(2));
    expect(await functions.invoke("Other", {})).toEqual(answered(1));
  });

  it("A22: functions with a limit throttle events above it, of all functions together, until one has ended", async () => {
    const running = [functions.invoke("Echo", { until }), functions.invoke("Other", { until })];
    await waiting(2);
    expect(await functions.invoke("Echo", {})).toEqual({ kind: "throttled" });
    release();
    await Promise.all(running);
    expect(await functions.invoke("Echo", {})).toEqual(answered(2));
  });

  it.each([{ throw: true }, { until: "nowhere" }, { crash: true }])(
    "A22: functions with a limit give an execution back after %j",
    async (event) => {
      for (let count = 0; count < 3; count++)
        expect(await functions.invoke("Echo", event)).toMatchObject({ kind: "failed" });
    },
  );

  it("A21: functions with a limit count a stream to its end, when its reader has left", async () => {
    const output = new PassThrough();
    const streaming = [functions.stream("Streamed", { until }, output), functions.invoke("Echo", { until })];
    await waiting(2);
    output.destroy();
    expect(await functions.invoke("Echo", {})).toEqual({ kind: "throttled" });
    release();
    await Promise.all(streaming);
    expect(await functions.invoke("Echo", {})).toEqual(answered(2));
  });

  it("A22: functions with a limit answer a request above it by the gateway's own response", async () => {
    const { api } = spec();
    const { invoke, stream } = functions;
    const gateway = await startGateway({ api, port: 0, apiKeys: ["key"], invoke, stream, onError: console.error });
    const ask = (path: string) =>
      fetch(`http://127.0.0.1:${gateway.port}${path}`, { method: "POST", headers: { "x-api-key": "key" } });
    const running = [ask(`/open?until=${until}`), ask(`/open?until=${until}`)];
    await waiting(2);
    const refused = await ask("/open");
    expect(await refused.json()).toEqual({ code: "INTEGRATION_FAILURE" });
    expect(refused.headers.get("access-control-allow-origin")).toBe("*");
    release();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual([200, 200]);
    await gateway.close();
  });
});
