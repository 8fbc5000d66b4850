import { describe, expect, test } from "vitest";
import { functionNames } from "../../infra/function-needs.ts";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const roles = Object.entries(template.findResources("AWS::IAM::Role")).map(([id, { Properties }]) => ({
  id,
  managed: Properties.ManagedPolicyArns,
  statements: readStatements(Properties.Policies),
}));
const logActions = ["logs:CreateLogStream", "logs:PutLogEvents"];
const traceActions = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];
const streamActions = [
  "dynamodb:DescribeStream",
  "dynamodb:GetRecords",
  "dynamodb:GetShardIterator",
  "dynamodb:ListStreams",
];
const takeJobs = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];
const keepVideos = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"];
const readSecret = "secretsmanager:GetSecretValue";
const falKey = { Ref: "FalKeySecret" };
const masterSecret = { Ref: "MasterSecret" };
const mediaBucket = { "Fn::GetAtt": ["MediaBucket", "Arn"] };

describe("the roles", () => {
  test("the roles are explicit: one for each function, without managed policies", () => {
    expect(roles.filter(({ managed }) => managed !== undefined)).toEqual([]);
    template.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    const used = Object.values(template.findResources("AWS::Lambda::Function")).map(
      ({ Properties }) => Properties.Role["Fn::GetAtt"][0],
    );
    expect(new Set(used).size).toBe(functionNames.length);
  });

  test("the roles' only additional policies allow what is handed over to be started, and Lambda starts it once", () => {
    const policies = Object.values(template.findResources("AWS::IAM::Policy")).map(({ Properties }) => Properties);
    const started = policies.map(({ Roles: [role], PolicyDocument: { Statement } }) => ({
      role: role.Ref.replace(/Role.*/, ""),
      actions: Statement.flatMap(({ Action }: { Action: string }) => Action),
      functions: Statement.flatMap(({ Resource }: { Resource: unknown }) => Resource),
    }));
    const arnOf = (name: string) => ({ "Fn::GetAtt": [`${name}Function`, "Arn"] });
    const actions = ["lambda:InvokeFunction"];
    expect(started).toEqual([
      { role: "Sweep", actions, functions: ["Archive", "Deliver", "Sweep"].map(arnOf) },
      { role: "Archive", actions, functions: [arnOf("Archive")] },
      { role: "Deliver", actions, functions: [arnOf("Deliver")] },
    ]);
    for (const name of ["Sweep", "Archive", "Deliver"])
      template.hasResourceProperties("AWS::Lambda::EventInvokeConfig", {
        FunctionName: { Ref: `${name}Function` },
        MaximumRetryAttempts: 0,
        MaximumEventAgeInSeconds: 60,
      });
  });

  test.each([
    ["Submit", [...takeJobs, readSecret, "s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:ListBucket"]],
    ["Change", ["dynamodb:GetItem", "dynamodb:PutItem", readSecret, "s3:DeleteObject", "s3:ListBucket"]],
    ["ProxyRead", [...takeJobs, readSecret, "s3:GetObject"]],
    ["Archive", [...takeJobs, ...streamActions, ...keepVideos]],
    ["Deliver", [...takeJobs, ...streamActions, readSecret, "events:PutEvents"]],
    ["Sweep", ["dynamodb:BatchGetItem", ...takeJobs, "dynamodb:Query", readSecret, ...keepVideos]],
    ["Webhook", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", ...keepVideos]],
    ["Read", ["dynamodb:GetItem", "dynamodb:UpdateItem", readSecret, "s3:GetObject"]],
    ["Events", [...takeJobs, readSecret]],
    ["Owner", ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", readSecret]],
    ["Public", []],
    ["Health", ["dynamodb:GetItem", "secretsmanager:DescribeSecret"]],
  ])("the roles allow %s exactly what it does", (name, actions) => {
    const allowed = statementsOf(`${name}Role`).flatMap((statement) => statement.actions);
    expect(allowed).toEqual([...logActions, ...traceActions, ...actions]);
  });

  test.each([
    ["Submit", [falKey]],
    ["Change", [falKey]],
    ["ProxyRead", [falKey]],
    ["Read", [falKey]],
    ["Events", [falKey]],
    ["Deliver", [masterSecret]],
    ["Owner", [masterSecret]],
    ["Sweep", [falKey]],
  ])("the roles allow %s to read only its own secrets", (name, secrets) => {
    expect([resourceOf(`${name}Role`, readSecret)].flat()).toEqual(secrets);
  });

  test("P30: the roles allow Health, which anybody may call, to read no secret", () => {
    expect(resourceOf("HealthRole", "secretsmanager:DescribeSecret")).toEqual(falKey);
    expect(JSON.stringify(statementsOf("HealthRole"))).not.toContain(readSecret);
  });

  test("the roles name the specific table, index, stream, bus and log group", () => {
    expect(resourceOf("WebhookRole", "dynamodb:UpdateItem")).toEqual({ "Fn::GetAtt": ["JobTable", "Arn"] });
    expect(resourceOf("WebhookRole", "logs:PutLogEvents")).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^WebhookLogs/), "Arn"],
    });
    expect(resourceOf("SweepRole", "dynamodb:Query")).toEqual(index("byDue"));
    expect(resourceOf("OwnerRole", "dynamodb:Query")).toEqual(index("byOwner"));
    for (const role of ["ArchiveRole", "DeliverRole"])
      expect(resourceOf(role, "dynamodb:GetRecords")).toEqual({ "Fn::GetAtt": ["JobTable", "StreamArn"] });
    expect(resourceOf("DeliverRole", "events:PutEvents")).toEqual({ "Fn::GetAtt": ["EventBus", "Arn"] });
  });

  test.each([
    [
      "Submit",
      {
        "s3:GetObject": objects("uploads"),
        "s3:PutObject": objects("uploads"),
        "s3:DeleteObject": objects("uploads"),
        "s3:ListBucket": mediaBucket,
      },
    ],
    ["Change", { "s3:DeleteObject": [objects("uploads"), objects("videos")], "s3:ListBucket": mediaBucket }],
    ["ProxyRead", { "s3:GetObject": objects("videos") }],
    ["Read", { "s3:GetObject": objects("videos") }],
    ["Archive", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
    ["Sweep", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
    ["Webhook", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
  ])("the roles limit %s to its own part of the media bucket", (name, resources) => {
    for (const [action, resource] of Object.entries(resources))
      expect(resourceOf(`${name}Role`, action)).toEqual(resource);
  });

  test("the roles contain no wildcard action, and a wildcard resource only for traces, media and the account's logging role", () => {
    const statements = roles.flatMap(({ id, statements }) => statements.map((statement) => ({ id, ...statement })));
    expect(statements.flatMap(({ actions }) => actions).filter((action) => action.includes("*"))).toEqual([]);
    const wide = statements.filter(
      ({ resource, actions }) => hasWildcard(resource) && !isTrace(actions) && !isMedia(actions),
    );
    expect(wide.map(({ id }) => id)).toEqual([expect.stringMatching(/^JobApiGatewayAccountRole/)]);
  });
});

function objects(prefix: string) {
  return { "Fn::Join": ["", [mediaBucket, `/${prefix}/*`]] };
}

function index(name: string) {
  return { "Fn::Join": ["", [{ "Fn::GetAtt": ["JobTable", "Arn"] }, `/index/${name}`]] };
}

type Policy = { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown }[] } };
type Statement = { readonly actions: string[]; readonly resource: unknown };

function readStatements(policies: Policy[]): Statement[] {
  return policies.flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Action, Resource }) => ({ actions: [Action].flat(), resource: Resource })),
  );
}

function statementsOf(rolePrefix: string): Statement[] {
  return roles.find(({ id }) => id.startsWith(rolePrefix))?.statements ?? [];
}

function resourceOf(rolePrefix: string, action: string): unknown {
  return statementsOf(rolePrefix).find(({ actions }) => actions.includes(action))?.resource;
}

function hasWildcard(resource: unknown): boolean {
  return JSON.stringify(resource).includes("*");
}

function isTrace(actions: readonly string[]): boolean {
  return actions.every((action) => traceActions.includes(action));
}

function isMedia(actions: readonly string[]): boolean {
  return actions.every((action) => action.startsWith("s3:"));
}
