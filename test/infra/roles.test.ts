import { describe, expect, test } from "vitest";
import { synthesizeTemplate } from "./synthesis.ts";

const template = synthesizeTemplate();
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
const keepVideos = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"];
const readSecret = "secretsmanager:GetSecretValue";
const mediaBucket = { "Fn::GetAtt": ["MediaBucket", "Arn"] };

describe("the roles", () => {
  test("are written by hand: one for each function, none with a managed policy or a policy beside it", () => {
    expect(roles.filter(({ managed }) => managed !== undefined)).toEqual([]);
    template.resourceCountIs("AWS::IAM::Policy", 0);
    template.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    const used = Object.values(template.findResources("AWS::Lambda::Function")).map(
      ({ Properties }) => Properties.Role["Fn::GetAtt"][0],
    );
    expect(new Set(used).size).toBe(12);
  });

  test.each([
    ["Submit", ["dynamodb:GetItem", "dynamodb:PutItem", readSecret, "s3:GetObject", "s3:ListBucket"]],
    ["Retry", ["dynamodb:GetItem", "dynamodb:PutItem", readSecret]],
    ["Cancel", ["dynamodb:GetItem", "dynamodb:PutItem", readSecret]],
    ["Delete", ["dynamodb:GetItem", "dynamodb:PutItem", readSecret, "s3:DeleteObject", "s3:ListBucket"]],
    ["Uploads", ["s3:PutObject"]],
    ["Video", ["dynamodb:GetItem", "s3:GetObject"]],
    ["Archive", ["dynamodb:GetItem", "dynamodb:PutItem", ...streamActions, ...keepVideos]],
    ["Sweep", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", readSecret, ...keepVideos]],
    ["Webhook", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", ...keepVideos]],
    ["Jobs", ["dynamodb:GetItem"]],
    ["Health", ["dynamodb:GetItem", readSecret]],
    ["Fallback", []],
  ])("let %s do just what it does", (name, actions) => {
    const allowed = statementsOf(`${name}Role`).flatMap((statement) => statement.actions);
    expect(allowed).toEqual([...logActions, ...traceActions, ...actions]);
  });

  test("name the one table, index, stream, secret and log group they are for", () => {
    expect(resourceOf("WebhookRole", "dynamodb:UpdateItem")).toEqual({ "Fn::GetAtt": ["JobTable", "Arn"] });
    expect(resourceOf("SweepRole", readSecret)).toEqual({ Ref: "FalKeySecret" });
    expect(resourceOf("WebhookRole", "logs:PutLogEvents")).toEqual({
      "Fn::GetAtt": [expect.stringMatching(/^WebhookLogs/), "Arn"],
    });
    expect(resourceOf("SweepRole", "dynamodb:Query")).toEqual({
      "Fn::Join": ["", [{ "Fn::GetAtt": ["JobTable", "Arn"] }, "/index/byDue"]],
    });
    expect(resourceOf("ArchiveRole", "dynamodb:GetRecords")).toEqual({ "Fn::GetAtt": ["JobTable", "StreamArn"] });
  });

  test.each([
    ["Submit", { "s3:GetObject": objects("uploads"), "s3:ListBucket": mediaBucket }],
    ["Delete", { "s3:DeleteObject": [objects("uploads"), objects("videos")], "s3:ListBucket": mediaBucket }],
    ["Uploads", { "s3:PutObject": objects("uploads") }],
    ["Video", { "s3:GetObject": objects("videos") }],
    ["Archive", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
    ["Sweep", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
    ["Webhook", Object.fromEntries(keepVideos.map((action) => [action, objects("videos")]))],
  ])("let %s at its own part of the media bucket", (name, resources) => {
    for (const [action, resource] of Object.entries(resources))
      expect(resourceOf(`${name}Role`, action)).toEqual(resource);
  });

  test("hold no wildcard action, and a wildcard resource for traces, media and the account's logging role only", () => {
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
