import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
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
  api = await startFunctionApi(functions, async (id, event) => {
    events.push([id, event]);
    return invoke(event);
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

function start(FunctionName: string, payload: object, InvocationType: "Event" | "RequestResponse" = "Event") {
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

  it("Lambda's API in the local stack refuses unknown functions, and invocations that are waited for", async () => {
    await expect(start("Other", {})).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    const waited = start("SweepFunction", {}, "RequestResponse");
    await expect(waited).rejects.toMatchObject({ name: "InvalidParameterValueException" });
    expect(events).toEqual([]);
  });
});
