import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import { z } from "zod";
import { localAccountId, localRegion } from "./locality.ts";
import type { FunctionSpec } from "./template.ts";

/** How an invocation ended: an answer as JSON, a failure of the function, or an event beyond Lambda's cap. */
export type Invocation =
  | { readonly kind: "answer"; readonly payload: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "too_large" };

/** A function that can be invoked. `close` ends it at once. */
export type FunctionRuntime = { invoke(event: unknown): Promise<Invocation>; close(): Promise<void> };

/** Takes one line that a function wrote, or that tells of its failure. */
export type LogLine = (functionId: string, line: string, isError: boolean) => void;

/** Lambda's cap on an event and on an answer, as JSON. */
const largestPayloadBytes = 6_291_456;

/**
 * Hundreds of events at the same moment would make each other's calls run into their timeouts, as instances of Lambda's never
 * do. So many may be in their turn; one that takes longer than a turn waits for something else, and makes room.
 */
const eventsAtOnce = 16;
const turnMs = 1_000;

const replySchema = z.object({ id: z.string(), payload: z.string().optional(), failure: z.string().optional() });

type Instance = {
  readonly worker: Worker;
  readonly pending: Map<string, (invocation: Invocation) => void>;
  retired: boolean;
};

/**
 * Runs a function's bundle in a thread of its own, with exactly the given environment. The one difference to Lambda:
 * events are handed to one instance concurrently. An instance that crashed or ran into its timeout gets no more of them.
 */
export function startFunction(
  spec: FunctionSpec,
  environment: Readonly<Record<string, string>>,
  log: LogLine,
): FunctionRuntime {
  let instance = startInstance(spec, environment, log);
  const turn = pLimit(eventsAtOnce);
  const runInTurn = async (event: string) => {
    const running = await turn(async () => {
      if (instance.retired) instance = startInstance(spec, environment, log);
      const invocation = run(instance, event, spec.timeoutMs);
      await Promise.race([invocation, delay(turnMs, undefined, { ref: false })]);
      return { invocation };
    });
    return running.invocation;
  };
  return {
    invoke: async (event) => {
      const json = JSON.stringify(event);
      if (Buffer.byteLength(json) > largestPayloadBytes) return { kind: "too_large" };
      const invocation = checkSize(await runInTurn(json));
      if (invocation.kind === "failed") log(spec.id, invocation.reason, true);
      return invocation;
    },
    close: async () => {
      instance.retired = true;
      await instance.worker.terminate();
    },
  };
}

function startInstance(spec: FunctionSpec, environment: Readonly<Record<string, string>>, log: LogLine): Instance {
  const worker = new Worker(new URL("./function-worker.mjs", import.meta.url), {
    env: { ...environment },
    execArgv: [],
    stdout: true,
    stderr: true,
    workerData: { folder: spec.folder, handler: spec.handler, context: describe(spec) },
  });
  const instance: Instance = { worker, pending: new Map(), retired: false };
  forwardLines(worker.stdout, (line) => log(spec.id, line, false));
  forwardLines(worker.stderr, (line) => log(spec.id, line, true));
  worker.on("message", (message: unknown) => settle(instance, message));
  worker.on("error", (error) =>
    fail(instance, `the function crashed: ${error instanceof Error ? error.stack : error}`),
  );
  worker.on("exit", () => fail(instance, "the function's process ended"));
  return instance;
}

function run(instance: Instance, event: string, timeoutMs: number): Promise<Invocation> {
  const id = randomUUID();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      finish({ kind: "failed", reason: `the function timed out after ${timeoutMs} ms` });
      retire(instance);
    }, timeoutMs);
    const finish = (invocation: Invocation) => {
      clearTimeout(timer);
      instance.pending.delete(id);
      resolve(invocation);
      if (instance.retired) retire(instance);
    };
    instance.pending.set(id, finish);
    instance.worker.postMessage({ id, event, deadlineMs: Date.now() + timeoutMs });
  });
}

// Lambda would end the instance with the one event it works on; ours may have others, which it finishes first.
function retire(instance: Instance): void {
  instance.retired = true;
  if (instance.pending.size === 0) void instance.worker.terminate();
}

function settle(instance: Instance, message: unknown): void {
  const { id, payload, failure } = replySchema.parse(message);
  const finish = instance.pending.get(id);
  finish?.(payload === undefined ? { kind: "failed", reason: failure ?? "no answer" } : { kind: "answer", payload });
}

function fail(instance: Instance, reason: string): void {
  instance.retired = true;
  for (const finish of [...instance.pending.values()]) finish({ kind: "failed", reason });
}

function checkSize(invocation: Invocation): Invocation {
  if (invocation.kind !== "answer" || Buffer.byteLength(invocation.payload) <= largestPayloadBytes) return invocation;
  return { kind: "failed", reason: `the function's answer is larger than ${largestPayloadBytes} bytes` };
}

function forwardLines(stream: Readable, write: (line: string) => void): void {
  createInterface({ input: stream }).on("line", (line) => line && write(line));
}

// What Lambda's context says besides the request's id and its remaining time.
function describe({ id, memoryMb }: FunctionSpec) {
  return {
    functionName: id,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${localRegion}:${localAccountId}:function:${id}`,
    memoryLimitInMB: String(memoryMb),
    logGroupName: `/aws/lambda/${id}`,
    logStreamName: "local",
  };
}
