import { QueryDefinition, QueryString } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { functionNames } from "./function-needs.ts";
import type { Functions } from "./job-functions.ts";

type Query = Readonly<ConstructorParameters<typeof QueryString>[0]>;

/** The name of the query that shows one job. The operator's command names it. */
export const jobQueryName = "one job";

/** A query for each question that a person on call asks the logs. */
export const logQueries: Readonly<Record<string, Query>> = {
  [jobQueryName]: {
    fields: ["@timestamp", "message", "reason", "error", "@log"],
    filterStatements: ['job_id = "put the job\'s id here"'],
    sort: "@timestamp asc",
  },
  "what went wrong, by message": {
    filterStatements: ['level in ["WARN", "ERROR"]'],
    statsStatements: ["count(*) as times, latest(reason) as latest_reason by message"],
    sort: "times desc",
  },
  "why fal refused submissions": {
    filterStatements: ['message = "fal did not accept a submission"'],
    statsStatements: ["count(*) as times by outcome, code"],
    sort: "times desc",
  },
  "why deliveries of fal were refused": {
    filterStatements: ["ispresent(WebhookRefused)"],
    statsStatements: ["count(*) as times by reason"],
    sort: "times desc",
  },
  "why callbacks failed": {
    filterStatements: ['message = "a callback was not accepted"'],
    statsStatements: ["count(*) as times by reason"],
    sort: "times desc",
  },
  "why the API answered 5xx": {
    filterStatements: ['message = "request failed"'],
    statsStatements: ["count(*) as times, latest(reason) as latest_reason by code, resource"],
    sort: "times desc",
  },
  "which functions ran longest": {
    filterStatements: ['type = "platform.report"'],
    statsStatements: [
      "max(record.metrics.durationMs) as longest_ms, pct(record.metrics.durationMs, 95) as p95_ms by @log",
    ],
    sort: "longest_ms desc",
  },
};

/** Saves the queries in CloudWatch Logs Insights, in a folder with the stack's name. They search every function's log. */
export class LogQueries extends Construct {
  constructor(scope: Construct, id: string, stackName: string, functions: Functions) {
    super(scope, id);
    const logGroups = functionNames.map((name) => functions(name).logGroup);
    for (const [name, query] of Object.entries(logQueries))
      new QueryDefinition(this, name.replaceAll(/\W/g, ""), {
        queryDefinitionName: `${stackName}/${name}`,
        queryString: new QueryString(query),
        logGroups,
      });
  }
}
