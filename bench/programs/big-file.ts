// Handles one big file in a process of its own, and reports the time and the most memory that it took.
import { lambdaContext, loadHandler, serveInput } from "./program.ts";

/** `file`: the function's or the rival's bundle; `event`: what its handler receives. */
export type BigFileInput = { readonly file: string; readonly event: object; readonly expectedStatus?: number };
export type BigFileOutput = { readonly ms: number; readonly peakMb: number };

const kibibytesPerMb = 1024;

await serveInput(async ({ file, event, expectedStatus }: BigFileInput): Promise<BigFileOutput> => {
  const handler = await loadHandler(file);
  const startedAt = performance.now();
  const answer = await handler(event, lambdaContext);
  const ms = performance.now() - startedAt;
  if (expectedStatus !== undefined && answer?.statusCode !== expectedStatus)
    throw new Error(`the answer was ${answer?.statusCode}: ${answer?.body}`);
  return { ms, peakMb: process.resourceUsage().maxRSS / kibibytesPerMb };
});
