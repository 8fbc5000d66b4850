import { METRICS } from "../../lambdas/metrics.ts";
import { generatedFrom, table } from "./markdown.ts";

/** The page of metrics. */
export function metricsPage(): string {
  const rows = Object.entries(METRICS).map(([name, { unit, description }]) => [`\`${name}\``, unit, description]);
  return `${[generatedFrom("lambdas/metrics.ts"), "# Metrics", INTRODUCTION, table(["metric", "unit", "what it counts or measures"], rows)].join("\n\n")}\n`;
}

const INTRODUCTION = `The functions write these metrics to CloudWatch, in the namespace \`FalJobs\`, with the dimension \`Stack\` (the name of the stack).
The stack's dashboard shows them, and its alarms watch them: the [runbook](../guide/runbook.md) says what to do. Lambda, API Gateway and DynamoDB have metrics of their own.`;
