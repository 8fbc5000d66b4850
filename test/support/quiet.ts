/**
 * Keeps the metric lines that `lambdas/log.ts` writes straight to standard output, JSON that holds `_aws`, out of the
 * test runner's own output; whatever else is written passes. A setup file of vitest, which runs it again for each file
 * of a process.
 */
const isQuiet = Symbol.for("fal-jobs-tests-are-quiet");

if (!Object.hasOwn(process.stdout, isQuiet)) {
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (chunk: string | Uint8Array, ...rest: unknown[]) =>
    isMetric(chunk) || Reflect.apply(write, undefined, [chunk, ...rest]);
  Object.defineProperty(process.stdout, isQuiet, { value: true });
}

function isMetric(chunk: string | Uint8Array): boolean {
  return typeof chunk === "string" && chunk.startsWith("{") && chunk.includes('"_aws":');
}
