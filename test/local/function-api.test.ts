import { GetFunctionConfigurationCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AwsService } from "../../local/stack/aws-service.ts";
import { startFunctionApi } from "../../local/stack/function-api.ts";
import type { Invocation } from "../../local/stack/function-instance.ts";
import { localCaller } from "../../local/stack/locality.ts";

const answered: Invocation = { kind: "answer", payload: "null" };
let api: AwsService;
let client: LambdaClient;
let invoke: (event: unknown) => Promise<Invocation>;
let events: unknown[];

beforeAll(async () => {
  const functions = [{ id: "SweepFunction", largestEventAgeMs: 60_000 }];
  api = await startFunctionApi(functions, {
    invoke: async (id, event) => {
      events.push([id, event]);
      return invoke(event);
    },
    environmentOf: (id) => ({ OWN_NAME: id }),
  });
  client = new LambdaClient({ endpoint: api.url, maxAttempts: 1, ...localCaller });
});

beforeEach(() => {
  events = [];
  invoke = async () => answered;
});

afterAll(async () => {
  client.destroy();
  await api.close();
});

function start(
  FunctionName: string,
  payload: object,
  InvocationType: "Event" | "RequestResponse" | "DryRun" = "Event",
) {
  return client.send(new InvokeCommand({ FunctionName, InvocationType, Payload: JSON.stringify(payload) }));
}

describe("Lambda's API in the local stack", () => {
  it("Lambda's API in the local stack accepts an event before the function has run", async () => {
    let finish = (_: Invocation) => {};
    invoke = () => new Promise((resolve) => (finish = resolve));
    expect((await start("SweepFunction", { job_ids: ["a"] })).StatusCode).toBe(202);
    await expect.poll(() => events).toEqual([["SweepFunction", { job_ids: ["a"] }]]);
    finish(answered);
  });

  it("A22: Lambda's API in the local stack keeps a throttled event until the function can take it", async () => {
    invoke = async () => (events.length < 3 ? { kind: "throttled" } : answered);
    await start("SweepFunction", { job_ids: ["b"] });
    await expect.poll(() => events.length).toBe(3);
  });

  it("Lambda's API in the local stack waits for a function, and returns its response or its failure", async () => {
    invoke = async () => ({ kind: "answer", payload: '{"statusCode":200}' });
    const response = await start("SweepFunction", {}, "RequestResponse");
    expect(JSON.parse(response.Payload?.transformToString() ?? "")).toEqual({ statusCode: 200 });
    invoke = async () => ({ kind: "failed", reason: "it crashed" });
    expect(await start("SweepFunction", {}, "RequestResponse")).toMatchObject({ FunctionError: "Unhandled" });
    invoke = async () => ({ kind: "throttled" });
    const throttled = start("SweepFunction", {}, "RequestResponse");
    await expect(throttled).rejects.toMatchObject({ name: "TooManyRequestsException" });
  });

  it("Lambda's API in the local stack reports the variables of a function", async () => {
    const read = new GetFunctionConfigurationCommand({ FunctionName: "SweepFunction" });
    expect((await client.send(read)).Environment?.Variables).toEqual({ OWN_NAME: "SweepFunction" });
  });

  it("Lambda's API in the local stack refuses unknown functions, and invocations that only check", async () => {
    await expect(start("Other", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(start("SweepFunction", {}, "DryRun")).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
    expect(events).toEqual([]);
  });
});
