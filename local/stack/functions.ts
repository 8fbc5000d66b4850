import type { Writable } from "node:stream";
import { limitExecutions } from "./executions.ts";
import type { Invocation, LogLine } from "./function-instance.ts";
import { type FunctionRuntime, startFunction } from "./function-runtime.ts";
import { type Caller, localCaller } from "./locality.ts";
import type { FunctionSpec } from "./template.ts";

/** All functions of the stack, by logical id. */
export type Functions = {
  invoke(functionId: string, event: unknown): Promise<Invocation>;
  /** Invokes a function that streams its response to the output. */
  stream(functionId: string, event: unknown, output: Writable): Promise<void>;
  /** The variables that a function runs with. */
  environmentOf(functionId: string): Readonly<Record<string, string>>;
  close(): Promise<void>;
};

/**
 * Local values. Overrides replace variables that a function is deployed with. Additions are set for every function. The
 * functions use the caller's credentials.
 */
export type LocalValues = {
  readonly overrides: Readonly<Record<string, string>>;
  readonly additions: Readonly<Record<string, string>>;
  readonly caller?: Caller;
};

/**
 * Starts every function with its deployed environment, changed by the local values. With `concurrency`, each instance
 * handles one event at a time, and so many events run at the same time, over all functions.
 */
export function startFunctions(
  specs: readonly FunctionSpec[],
  values: LocalValues,
  log: LogLine,
  concurrency?: number,
): Functions {
  const executions = concurrency === undefined ? undefined : limitExecutions(concurrency);
  const environments = new Map(specs.map((spec) => [spec.id, localEnvironment(spec, values)]));
  const environmentOf = (id: string) => environments.get(id) ?? {};
  const runtimes = new Map<string, FunctionRuntime>(
    specs.map((spec) => [spec.id, startFunction(spec, environmentOf(spec.id), log, executions)]),
  );
  return {
    invoke: async (functionId, event) => {
      const runtime = runtimes.get(functionId);
      return runtime ? runtime.invoke(event) : { kind: "failed", reason: `there is no function ${functionId}` };
    },
    stream: async (functionId, event, output) => {
      const runtime = runtimes.get(functionId);
      if (runtime) await runtime.stream(event, output);
      else output.destroy();
    },
    environmentOf,
    close: async () => {
      await Promise.all([...runtimes.values()].map((runtime) => runtime.close()));
    },
  };
}

/**
 * The environment of a function in the local stack. An override never adds a variable that the template does not set
 * for the function. So a variable that infra forgot is missing here too, as it would be in Lambda.
 */
export function localEnvironment(
  spec: FunctionSpec,
  { overrides, additions, caller: { region, credentials } = localCaller }: LocalValues,
): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const deployed = Object.entries(spec.environment).map(([name, value]) => [name, overrides[name] ?? value]);
  return {
    ...Object.fromEntries(deployed),
    ...additions,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    AWS_LAMBDA_FUNCTION_NAME: spec.id,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
  };
}
