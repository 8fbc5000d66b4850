import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import { localAccountId, localRegion } from "./locality.ts";
import type { FunctionSpec } from "./template.ts";

/**
 * How an invocation ended: with a response as JSON, with a failure of the function, with an event above Lambda's limit,
 * or without a free execution for it.
 */
export type Invocation =
  | { readonly kind: "answer"; readonly payload: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "too_large" }
  | { readonly kind: "throttled" };

/** Receives one line that a function wrote, or a line that reports its failure. */
export type LogLine = (functionId: string, line: string, isError: boolean) => void;

const replySchema = z.object({
  id: z.string(),
  chunk: z.instanceof(Uint8Array).optional(),
  payload: z.string().optional(),
  failure: z.string().optional(),
});

type Pending = { finish(invocation: Invocation): void; readonly output: Writable | undefined };
/** A thread that runs a function's bundle. A retired one receives no more events. */
export type Instance = {
  readonly worker: Worker;
  readonly pending: Map<string, Pending>;
  retired: boolean;
};

/** Starts an instance: the bundle in its own thread, with exactly the given environment. */
export function startInstance(
  spec: FunctionSpec,
  environment: Readonly<Record<string, string>>,
  log: LogLine,
): Instance {
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

/** Runs one event in an instance, and ends the instance at the timeout. */
export function run(instance: Instance, event: string, timeoutMs: number, output?: Writable): Promise<Invocation> {
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
