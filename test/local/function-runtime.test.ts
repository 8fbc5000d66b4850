import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FunctionRuntime, startFunction } from "../../local/stack/function-runtime.ts";
import { localEnvironment } from "../../local/stack/functions.ts";
import { type FunctionSpec, readTemplate } from "../../local/stack/template.ts";
import { smallTemplate, writeEchoBundle } from "./small-template.ts";

let spec: FunctionSpec;
let runtime: FunctionRuntime;
const lines: [line: string, isError: boolean][] = [];

beforeAll(async () => {
  const folder = await writeEchoBundle();
  const [only] = readTemplate(smallTemplate, new Map([["echo", folder]])).functions;
  if (!only) throw new Error("the template has no function");
  spec = only;
  const environment = localEnvironment(spec, {
    overrides: { PUBLIC_URL: "http://localhost:1", FIRST_CHECK_SECONDS: "5" },
    additions: { CALLBACK_ALLOW_LOOPBACK: "true" },
  });
  runtime = startFunction(spec, environment, (_id, line, isError) => lines.push([line, isError]));
});

afterAll(async () => {
  await runtime.close();
  await rm(spec.folder, { recursive: true });
});

async function invoke(event: object) {
  const invocation = await runtime.invoke(event);
  return invocation.kind === "answer" ? JSON.parse(invocation.payload) : invocation;
}

async function callsSoFar(): Promise<number> {
  return JSON.parse((await invoke({})).body).calls;
}

describe("a function's runtime", () => {
  it("a function's runtime has the deployed environment with the local values over it, and nothing else", async () => {
    expect(await invoke({ test: "env" })).toEqual({
      TABLE_NAME: "Table",
      SECRET_ID: "arn:aws:secretsmanager:us-east-1:000000000000:secret:Secret",
      PUBLIC_URL: "http://localhost:1",
      MEDIA_BUCKET: "local-media",
      MEDIA_URL: "https://local-media.s3.us-east-1.amazonaws.com",
      TABLE_ARN: "arn:aws:dynamodb:us-east-1:000000000000:Table",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: what Fn::Sub makes of an escaped placeholder
      SUB: "us-east-1/Table/arn:aws:dynamodb:us-east-1:000000000000:Table/${literal}",
      CALLBACK_ALLOW_LOOPBACK: "true",
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_LAMBDA_FUNCTION_NAME: "Echo",
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    });
  });

  it("a function's runtime uses the caller's own AWS credentials where the user configured them", () => {
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "s", sessionToken: "t" };
    const caller = { region: "eu-west-1", credentials };
    expect(localEnvironment(spec, { overrides: {}, additions: {}, caller })).toMatchObject({
      AWS_REGION: "eu-west-1",
      AWS_ACCESS_KEY_ID: "AKIA",
      AWS_SECRET_ACCESS_KEY: "s",
      AWS_SESSION_TOKEN: "t",
    });
  });

  it("a function's runtime gives Lambda's context", async () => {
    const context = await invoke({ test: "context" });
    expect(context).toMatchObject({ functionName: "Echo", functionVersion: "$LATEST", memoryLimitInMB: "256" });
    expect(context.awsRequestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(context.remaining).toBeGreaterThan(0);
    expect(context.remaining).toBeLessThanOrEqual(3_000);
  });

  it("a function's runtime keeps a function's memory between events", async () => {
    const before = await callsSoFar();
    expect(await callsSoFar()).toBe(before + 1);
  });

  it.each(["crash", "exit", "hang"])("a function's runtime restarts after a %s", async (test) => {
    await callsSoFar();
    expect(await invoke({ test })).toMatchObject({ kind: "failed" });
    expect(await callsSoFar()).toBe(1);
  });

  it("a function's runtime lets the other events of an instance finish when one of them times out", async () => {
    const [hung, other] = await Promise.all([invoke({ test: "hang" }), invoke({})]);
    expect(hung).toMatchObject({ kind: "failed", reason: "the function timed out after 3000 ms" });
    expect(other.statusCode).toBe(200);
  });

  it("a function's runtime reports an event beyond Lambda's cap", async () => {
    expect(await invoke({ body: "x".repeat(6_291_456) })).toEqual({ kind: "too_large" });
  });

  it("a function's runtime prints what the function logs as Lambda's JSON logging does, a line each", async () => {
    await invoke({ test: "log" });
    const logged = () =>
      lines
        .map(([line]) => line)
        .filter((line) => line.startsWith("{"))
        .map((line) => JSON.parse(line));
    await expect.poll(logged).toContainEqual(expect.objectContaining({ level: "INFO", message: "a line" }));
    await expect.poll(logged).toContainEqual(expect.objectContaining({ level: "ERROR", message: { some: "record" } }));
  });

  it("a function's runtime fails every event of a bundle that cannot be loaded", async () => {
    const broken = startFunction({ ...spec, handler: "missing.handler" }, {}, () => {});
    expect(await broken.invoke({})).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("missing.handler"),
    });
    await broken.close();
  });
});
