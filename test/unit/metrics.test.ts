import { expect, it, onTestFinished, vi } from "vitest";
import { countFor, countMetric } from "../../lambdas/metrics.ts";

it("A24: a metric carries the name of its stack, so that two stacks of one account are told apart", () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, "write").mockImplementation((text) => written.push(String(text)) > 0);
  onTestFinished(() => spy.mockRestore());
  countFor("Staging");
  countMetric("DoubleRender", { job_id: "j1" });
  expect(JSON.parse(written.join(""))).toMatchObject({
    Stack: "Staging",
    DoubleRender: 1,
    job_id: "j1",
    _aws: {
      CloudWatchMetrics: [{ Namespace: "FalJobs", Dimensions: [["Stack"]], Metrics: [{ Name: "DoubleRender" }] }],
    },
  });
});
