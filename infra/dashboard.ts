import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IAlarm,
  type IMetric,
  type IWidget,
  LogQueryWidget,
  Metric,
  Stats,
} from "aws-cdk-lib/aws-cloudwatch";
import { Construct } from "constructs";
import { functionNames } from "./function-needs.ts";
import type { Functions } from "./job-functions.ts";
import type { Settings } from "./settings.ts";
import { ownMetric } from "./troubles.ts";

export type DashboardProps = {
  readonly functions: Functions;
  readonly alarms: readonly IAlarm[];
  readonly settings: Settings;
};

const period = Duration.minutes(5);
const widgetHeight = 6;
/** A dashboard is 24 units wide. */
const widgetWidth = 8;

/** One page that answers what a person on call asks first. Its name is the stack's. */
export class JobDashboard extends Construct {
  constructor(scope: Construct, id: string, { functions, alarms, settings }: DashboardProps) {
    super(scope, id);
    const { stackName } = settings;
    const sums = (title: string, ...names: string[]) =>
      graph(
        title,
        names.map((name) => ownMetric(stackName, name, period)),
      );
    const highest = (title: string, name: string) => graph(title, [ownMetric(stackName, name, period, "Maximum")]);
    const percentiles = (title: string, ...names: string[]) =>
      graph(
        title,
        names.flatMap((name) =>
          [Stats.p(50), Stats.p(95)].map((statistic) =>
            ownMetric(stackName, name, period, statistic).with({ label: `${name} ${statistic}` }),
          ),
        ),
      );
    const each = (metricOf: (name: (typeof functionNames)[number]) => Metric) =>
      functionNames.map((name) => metricOf(name).with({ label: name }));
    new Dashboard(this, "Dashboard", {
      dashboardName: stackName,
      widgets: [
        [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 24, height: widgetHeight })],
        [
          sums("Jobs by outcome", "JobSucceeded", "JobFailed", "JobCanceled", "JobExpired"),
          percentiles("Time to terminal, ours and fal's", "TimeToTerminal", "TimeAtFal", "TimeOurs"),
          percentiles("Webhook lag", "WebhookLag"),
        ],
        [
          sums("Open jobs found by the sweep, recoveries", "SweepRecovered"),
          highest("Open jobs", "OpenJobs"),
          highest("Oldest due job", "OldestDue"),
        ],
        [
          sums("Deliveries", "CallbackDelivered", "CallbackGivenUp", "EventGivenUp"),
          refusedDeliveries(functions),
          sums("Cost in US dollars", "CostUsd"),
        ],
        [
          sums("Why jobs wait", "FalAccountLocked", "FalBalanceExhausted", "FalKeyRefused", "EndpointUnknown"),
          sums("Money at risk", "SubmissionUnconfirmed", "DoubleRender", "PaidNotDelivered"),
          sums("Videos and results", "VideoNotKept", "VideoCrashesReader", "MinimalSettle", "JobOverdue"),
        ],
        [
          graph(
            "Throttles",
            each((name) => functions(name).metricThrottles({ period, statistic: Stats.SUM }) as Metric),
          ),
          graph(
            "Errors",
            each((name) => functions(name).metricErrors({ period, statistic: Stats.SUM }) as Metric),
          ),
          graph("Concurrency of the account", [
            new Metric({
              namespace: "AWS/Lambda",
              metricName: "ClaimedAccountConcurrency",
              statistic: Stats.MAXIMUM,
              period,
            }),
          ]),
        ],
      ],
    });
  }
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: widgetWidth, height: widgetHeight, leftYAxis: { min: 0 } });
}

/** The reasons are in the log only: as a dimension, each of them would be a metric that is paid for. */
function refusedDeliveries(functions: Functions): IWidget {
  return new LogQueryWidget({
    title: "Refused deliveries by reason",
    logGroupNames: [functions("webhook").logGroup.logGroupName],
    queryLines: ["filter ispresent(WebhookRefused)", "stats count() as refused by reason", "sort refused desc"],
    width: widgetWidth,
    height: widgetHeight,
  });
}
