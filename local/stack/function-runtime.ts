import type { Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import pLimit from "p-limit";
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

function checkSize(invocation: Invocation): Invocation {
  if (invocation.kind !== "answer" || Buffer.byteLength(invocation.payload) <= largestPayloadBytes) return invocation;
  return { kind: "failed", reason: `the function's response is larger than ${largestPayloadBytes} bytes` };
}
