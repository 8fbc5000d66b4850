import type { Writable } from "node:stream";
import { type Instance, type Invocation, run } from "./function-instance.ts";
import type { FunctionSpec } from "./template.ts";

/** Runs the events of all functions of the stack, each in an instance that handles nothing else meanwhile (rule A27). */
export type Executions = {
  /** Runs an event in a warm instance of the function, or in a new one. Throttled if the limit is reached (rule A22). */
  run(spec: FunctionSpec, start: () => Instance, event: string, output?: Writable): Promise<Invocation>;
};

/** Idle instances of all functions together that are kept warm; each holds some 20 MB. */
const warmMost = 32;

/** At most `limit` events run at the same time, like those of an AWS account's functions. */
export function limitExecutions(limit: number): Executions {
  /** The longest idle first. */
  const idle: { readonly functionId: string; readonly instance: Instance }[] = [];
  let running = 0;
  const takeWarm = (functionId: string): Instance | undefined => {
    const place = idle.findLastIndex((each) => each.functionId === functionId && !each.instance.retired);
    return place === -1 ? undefined : idle.splice(place, 1)[0]?.instance;
  };
  const keepWarm = (functionId: string, instance: Instance) => {
    if (!instance.retired) idle.push({ functionId, instance });
    if (idle.length > warmMost) void idle.shift()?.instance.worker.terminate();
  };
  return {
    run: async (spec, start, event, output) => {
      if (running >= limit) return { kind: "throttled" };
      running += 1;
      try {
        const instance = takeWarm(spec.id) ?? start();
        const invocation = await run(instance, event, spec.timeoutMs, output);
        keepWarm(spec.id, instance);
        return invocation;
      } finally {
        running -= 1;
      }
    },
  };
}
