import type { StartFunction } from "../aws/start-function.ts";

/** Starts a function of this stack; Lambda's client is loaded on first use. */
export function lazyStarter(functionName: string): StartFunction {
  let starter: Promise<StartFunction> | undefined;
  return async (event) => {
    starter ??= import("../aws/start-function.ts").then(({ functionStarter }) => functionStarter(functionName));
    await (await starter)(event);
  };
}
