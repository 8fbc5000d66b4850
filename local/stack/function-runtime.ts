import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
import type { Executions } from "./executions.ts";
import { type Instance, type Invocation, type LogLine, run, startInstance } from "./function-instance.ts";
import type { FunctionSpec } from "./template.ts";

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

/** Lambda's limit for the JSON of an event and of a response. */
const largestPayloadBytes = 6_291_456;

/**
 * At most this many events run at the same time, so that they do not slow each other down until their calls time out.
 * An event that runs for longer than `turnMs` is waiting for something else, so it gives its place to the next event.
 */
const eventsAtOnce = 16;
const turnMs = 1_000;

/**
 * Runs a function's bundle in threads, with exactly the given environment. As on Lambda, the first event starts an
 * instance, and an instance that crashed or timed out receives no more events. Without `executions` one thing differs:
 * one instance handles several events at the same time.
 */
export function startFunction(
  spec: FunctionSpec,
  environment: Readonly<Record<string, string>>,
  log: LogLine,
  executions?: Executions,
): FunctionRuntime {
  const instances = new Set<Instance>();
  let isClosing = false;
  const start = () => {
    const instance = startInstance(spec, environment, log);
    instances.add(instance);
    instance.worker.once("exit", () => instances.delete(instance));
    return instance;
  };
  const runEvent = executions ? runSeparately(spec, start, executions) : runTogether(spec, start);
  const runChecked = async (event: string, output?: Writable) => {
    const invocation = checkSize(await runEvent(event, output));
    if (invocation.kind === "failed" && !isClosing) log(spec.id, invocation.reason, true);
    if (invocation.kind === "throttled") log(spec.id, "throttled: all executions are in use", false);
    return invocation;
  };
  return {
    invoke: async (event) => {
      const json = JSON.stringify(event);
      return Buffer.byteLength(json) > largestPayloadBytes ? { kind: "too_large" } : runChecked(json);
    },
    stream: async (event, output) => {
      const { kind } = await runChecked(JSON.stringify(event), output);
      if (kind === "answer") output.end();
      else output.destroy();
    },
    close: async () => {
      isClosing = true;
      for (const instance of instances) instance.retired = true;
      await Promise.all([...instances].map(({ worker }) => worker.terminate()));
    },
  };
}

type RunEvent = (event: string, output?: Writable) => Promise<Invocation>;

function runSeparately(spec: FunctionSpec, start: () => Instance, executions: Executions): RunEvent {
  return (event, output) => executions.run(spec, start, event, output);
}

function runTogether(spec: FunctionSpec, start: () => Instance): RunEvent {
  let instance: Instance | undefined;
  const turn = pLimit(eventsAtOnce);
  return async (event, output) => {
    const running = await turn(async () => {
      if (!instance || instance.retired) instance = start();
      const invocation = run(instance, event, spec.timeoutMs, output);
      await Promise.race([invocation, delay(turnMs, undefined, { ref: false })]);
      return { invocation };
    });
    return running.invocation;
  };
}

function checkSize(invocation: Invocation): Invocation {
  if (invocation.kind !== "answer" || Buffer.byteLength(invocation.payload) <= largestPayloadBytes) return invocation;
  return { kind: "failed", reason: `the function's response is larger than ${largestPayloadBytes} bytes` };
}
