import { onTestFinished, vi } from "vitest";

/** Metrics of a job that takes its course. */
const USUAL: readonly string[] = [
  "JobSucceeded",
  "JobFailed",
  "JobCanceled",
  "JobExpired",
  "TimeToTerminal",
  "TimeAtFal",
  "TimeOurs",
  "CostUsd",
  "WebhookLag",
  "SweepRecovered",
  "CallbackDelivered",
];

/**
 * Collects what is logged and counted until the end of the test. `metrics` are the names of those that show a trouble,
 * `entries` all log entries of metrics.
 */
export function collectLogs() {
  const lines: Record<string, unknown>[] = [];
  const metrics: string[] = [];
  const entries: Record<string, unknown>[] = [];
  const spies = (["info", "warn", "error"] as const).map((level) =>
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(line)),
  );
  const output = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    const { _aws, ...entry } = JSON.parse(String(text));
    entries.push(entry);
    for (const { Name } of _aws.CloudWatchMetrics[0].Metrics) if (!USUAL.includes(Name)) metrics.push(Name);
    return true;
  });
  onTestFinished(() => {
    for (const spy of [...spies, output]) spy.mockRestore();
  });
  return { lines, metrics, entries };
}
