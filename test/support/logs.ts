import { onTestFinished, vi } from "vitest";

/** Collects what is logged and counted until the end of the test. */
export function collectLogs() {
  const lines: Record<string, unknown>[] = [];
  const metrics: string[] = [];
  const spies = (["info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line)),
  );
  const output = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    metrics.push(JSON.parse(String(text))._aws.CloudWatchMetrics[0].Metrics[0].Name);
    return true;
  });
  onTestFinished(() => {
    for (const spy of [...spies, output]) spy.mockRestore();
  });
  return { lines, metrics };
}
