/**
 * Keeps the metric lines that `lambdas/log.ts` writes straight to standard output, JSON that holds `_aws`, out of the test
 * runner's own output; whatever else is written passes. A setup file of vitest.
 */
const write = process.stdout.write.bind(process.stdout);

process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
  isMetric(chunk) || Reflect.apply(write, undefined, [chunk, ...rest]);

function isMetric(chunk: string | Uint8Array): boolean {
  return typeof chunk === "string" && chunk.startsWith("{") && chunk.includes('"_aws":');
}
