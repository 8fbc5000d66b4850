import { once } from "node:events";

/** Runs as the program of this process: receives the input, computes the output, sends it and ends. */
export async function serveInput<I, O>(compute: (input: I) => Promise<O>): Promise<void> {
  const [{ input }] = (await once(process, "message")) as [{ readonly input: I }];
  const output = await compute(input);
  process.send?.({ output }, () => process.exit());
}

/** A function's handler, as the gateway's events call it. */
export type Handler = (
  event: object,
  context: object,
) => Promise<{ readonly statusCode: number; readonly body: string }>;

/** Loads a function's bundle. */
export async function loadHandler(file: string): Promise<Handler> {
  return (await import(file)).handler;
}

/** What Lambda passes beside the event. */
export const lambdaContext = { awsRequestId: "bench", getRemainingTimeInMillis: () => 29_000 };
