import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import pLimit from "p-limit";
import { z } from "zod";
import { localAccountId, localRegion } from "./locality.ts";
import type { FunctionSpec } from "./template.ts";

/**
 * How an invocation ended: with a response as JSON, with a failure of the function, or with an event above Lambda's
 * limit.
 */
export type Invocation =
  | { readonly kind: "answer"; readonly payload: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "too_large" };

/** A function that can be invoked. `close` ends it at once. */
export type FunctionRuntime = {
  invoke(event: unknown): Promise<Invocation>;
  /**
   * Invokes the function with response streaming: what it writes goes to the output. The output is destroyed when the
   * function fails. If it is closed earlier, the function does not learn this and runs on, as on Lambda (rule A21).
   */
  stream(event: unknown, output: Writable): Promise<void>;
  close(): Promise<void>;
};

/** Receives one line that a function wrote, or a line that reports its failure. */
export type LogLine = (functionId: string, line: string, isError: boolean) => void;

/** Lambda's limit for the JSON of an event and of a response. */
const largestPayloadBytes = 6_291_456;

/**
 * At most this many events run at the same time, so that they do not slow each other down until their calls time out.
 * An event that runs for longer than `turnMs` is waiting for something else, so it gives its place to the next event.
 */
const eventsAtOnce = 16;
const turnMs = 1_000;

const replySchema = z.object({
  id: z.string(),
  chunk: z.instanceof(Uint8Array).optional(),
  payload: z.string().optional(),
  failure: z.string().optional(),
});

type Pending = { finish(invocation: Invocation): void; readonly output: Writable | undefined };
type Instance = {
  readonly worker: Worker;
  readonly pending: Map<string, Pending>;
  retired: boolean;
};

/**
 * Runs a function's bundle in its own thread, with exactly the given environment. As on Lambda, the first event starts
 * the instance. One thing differs: one instance handles several events at the same time. An instance that crashed or
 * timed out receives no more events.
 */
export function startFunction(
  spec: FunctionSpec,
  environment: Readonly<Record<string, string>>,
  log: LogLine,
): FunctionRuntime {
  let instance: Instance | undefined;
  let isClosing = false;
  const turn = pLimit(eventsAtOnce);
  const runInTurn = async (event: string, output?: Writable) => {
    const running = await turn(async () => {
      if (!instance || instance.retired) instance = startInstance(spec, environment, log);
      const invocation = run(instance, event, spec.timeoutMs, output);
      await Promise.race([invocation, delay(turnMs, undefined, { ref: false })]);
      return { invocation };
    });
    const invocation = checkSize(await running.invocation);
    if (invocation.kind === "failed" && !isClosing) log(spec.id, invocation.reason, true);
    return invocation;
  };
  return {
    invoke: async (event) => {
      const json = JSON.stringify(event);
      return Buffer.byteLength(json) > largestPayloadBytes ? { kind: "too_large" } : runInTurn(json);
    },
    stream: async (event, output) => {
      const { kind } = await runInTurn(JSON.stringify(event), output);
      if (kind === "answer") output.end();
      else output.destroy();
    },
    close: async () => {
      isClosing = true;
      if (!instance) return;
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

function run(instance: Instance, event: string, timeoutMs: number, output?: Writable): Promise<Invocation> {
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
    instance.pending.set(id, { finish, output });
    instance.worker.postMessage({ id, event, deadlineMs: Date.now() + timeoutMs });
  });
}

// Lambda would end the instance with its only event. Ours may have other events, which it finishes first.
function retire(instance: Instance): void {
  instance.retired = true;
  if (instance.pending.size === 0) void instance.worker.terminate();
}

function settle(instance: Instance, message: unknown): void {
  const { id, chunk, payload, failure } = replySchema.parse(message);
  const pending = instance.pending.get(id);
  if (chunk) pending?.output?.write(chunk);
  else
    pending?.finish(
      payload === undefined ? { kind: "failed", reason: failure ?? "no answer" } : { kind: "answer", payload },
    );
}

function fail(instance: Instance, reason: string): void {
  instance.retired = true;
  for (const { finish } of [...instance.pending.values()]) finish({ kind: "failed", reason });
}

function checkSize(invocation: Invocation): Invocation {
  if (invocation.kind !== "answer" || Buffer.byteLength(invocation.payload) <= largestPayloadBytes) return invocation;
  return { kind: "failed", reason: `the function's response is larger than ${largestPayloadBytes} bytes` };
}

function forwardLines(stream: Readable, write: (line: string) => void): void {
  createInterface({ input: stream }).on("line", (line) => line && write(line));
}

// The fields of Lambda's context other than the request id and the remaining time.
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
