import { AsyncLocalStorage } from "node:async_hooks";

const machines = new AsyncLocalStorage<typeof fetch>();

/** A replaced `fetch`. */
export interface GlobalFetch {
  /** Runs a program whose calls of the global `fetch` go through the given one. */
  run<T>(fetch: typeof globalThis.fetch, program: () => Promise<T>): Promise<T>;
  restore(): void;
}

/**
 * Gives each program a network of its own, for code that calls the global `fetch` and has no option for another one.
 * Such code may also warn of lost connections, which this run plans: the warnings are left out.
 */
export function replaceGlobalFetch(): GlobalFetch {
  const { fetch } = globalThis;
  const { warn } = console;
  globalThis.fetch = (input, init) => (machines.getStore() ?? fetch)(input, init);
  console.warn = () => {};
  return {
    // The machine's own calls leave its context, or they would come back to it.
    run: (ofMachine, program) => machines.run((input, init) => machines.exit(() => ofMachine(input, init)), program),
    restore: () => {
      globalThis.fetch = fetch;
      console.warn = warn;
    },
  };
}
