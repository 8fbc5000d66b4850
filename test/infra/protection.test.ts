import { Stack } from "aws-cdk-lib";
import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { DEPLOY_SETTINGS, readSettings, SettingsError } from "../../infra/settings.ts";
import { createUnbundledApp } from "./synthesis.ts";
import { templateOf } from "./templates.ts";
import { variants } from "./variants.ts";

const plain = await templateOf("default");
const template = await templateOf("everything");
const { kmsKeyArn } = variants.everything;

describe("a stack with every setting", () => {
  test("a stack with every setting has each one that is off by default", () => {
    const off = DEPLOY_SETTINGS.filter(({ default: value }) => value === "off" || value === "false");
    const missing = off.map(({ name }) => name).filter((name) => !Object.hasOwn(variants.everything, name));
    expect(missing).toEqual(["falEndpointUrl"]);
  });
});

describe("a protected stack", () => {
  test.each([true, false])("a protected stack cannot be deleted by mistake: %s", (protect) => {
    const stack = createUnbundledApp({ context: { protect } }).node.findChild("FalJobs");
    expect(Stack.isStack(stack) && stack.terminationProtection).toBe(protect);
  });

  test("a protected stack has a table that cannot be deleted, and keeps its logs", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", { DeletionProtectionEnabled: true });
    template.allResources("AWS::Logs::LogGroup", { DeletionPolicy: "Retain" });
    plain.hasResourceProperties("AWS::DynamoDB::Table", { DeletionProtectionEnabled: Match.absent() });
  });

  test("a protected stack lets only its own account's API Gateway use the role for logs", () => {
    const trust = (of: typeof template) =>
      Object.entries(of.findResources("AWS::IAM::Role")).flatMap(([id, { Properties }]) =>
        id.startsWith("JobApiGatewayAccount") ? Properties.AssumeRolePolicyDocument.Statement : [],
      );
    expect(trust(template)).toMatchObject([
      { Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } } },
    ]);
    expect(trust(plain)).toMatchObject([{ Principal: { Service: "apigateway.amazonaws.com" } }]);
    expect(trust(plain)[0]).not.toHaveProperty("Condition");
  });
});

describe("a customer's KMS key", () => {
  test("a customer's KMS key encrypts the table and the bucket, and never changes a secret", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      SSESpecification: { SSEEnabled: true, SSEType: "KMS", KMSMasterKeyId: kmsKeyArn },
    });
    template.hasResourceProperties("AWS::S3::Bucket", {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          {
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKeyArn },
          },
        ],
      },
    });
    // Any change of a property could make CloudFormation generate another master secret.
    expect(template.findResources("AWS::SecretsManager::Secret")).toEqual(
      plain.findResources("AWS::SecretsManager::Secret"),
    );
  });

  test("a customer's KMS key may be used by each function that reads or writes, and by no other", () => {
    const statements = (id: string) =>
      Object.entries(template.findResources("AWS::IAM::Role"))
        .filter(([name]) => name.startsWith(`${id}Role`))
        .flatMap(([, { Properties }]) => Properties.Policies[0].PolicyDocument.Statement)
        .filter(({ Resource }) => Resource === kmsKeyArn);
    const ids = Object.keys(template.findResources("AWS::Lambda::Function")).map((id) => id.replace(/Function$/, ""));
    expect(ids.filter((id) => statements(id).length === 0)).toEqual(["Public"]);
    expect(statements("Submit")).toEqual([
      {
        Effect: "Allow",
        Action: [
          "kms:Decrypt",
          "kms:DescribeKey",
          "kms:Encrypt",
          "kms:GenerateDataKey",
          "kms:ReEncryptFrom",
          "kms:ReEncryptTo",
        ],
        Resource: kmsKeyArn,
      },
    ]);
    expect(JSON.stringify(plain.toJSON())).not.toContain("kms:");
  });
});

describe("the limit per IP address", () => {
  test("the limit per IP address counts no webhooks, and samples no URLs (P22)", () => {
    template.hasResourceProperties("AWS::WAFv2::WebACL", {
      Scope: "REGIONAL",
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false },
      Rules: [
        {
          Action: { Block: {} },
          VisibilityConfig: { SampledRequestsEnabled: false },
          Statement: {
            RateBasedStatement: {
              AggregateKeyType: "IP",
              EvaluationWindowSec: 300,
              Limit: 2_000,
              ScopeDownStatement: {
                NotStatement: {
                  Statement: {
                    ByteMatchStatement: { PositionalConstraint: "CONTAINS", SearchString: "/webhooks/fal/" },
                  },
                },
              },
            },
          },
        },
      ],
    });
  });

  test("the limit per IP address guards the stage, and only when configured", () => {
    const [stage] = Object.keys(template.findResources("AWS::ApiGateway::Stage"));
    template.hasResourceProperties("AWS::WAFv2::WebACLAssociation", {
      WebACLArn: { "Fn::GetAtt": [Match.stringLikeRegexp("^FirewallWebAcl"), "Arn"] },
      ResourceArn: { "Fn::Join": ["", Match.arrayWith([{ Ref: stage }])] },
    });
    plain.resourceCountIs("AWS::WAFv2::WebACL", 0);
  });
});

describe("the stage's own URL", () => {
  test("the stage's own URL is closed only when configured, and only beside another URL", () => {
    template.hasResourceProperties("AWS::ApiGateway::RestApi", { DisableExecuteApiEndpoint: true });
    plain.hasResourceProperties("AWS::ApiGateway::RestApi", { DisableExecuteApiEndpoint: Match.absent() });
    const read = () => readSettings({ disableExecuteApiEndpoint: true });
    expect(read).toThrow(SettingsError);
    expect(read).toThrow("disableExecuteApiEndpoint: expected false if there is no publicUrl");
  });

  test("the stage's own URL is closed by a new deployment of the API, because API Gateway applies it with none else", async () => {
    const deployment = (of: typeof template) => Object.keys(of.findResources("AWS::ApiGateway::Deployment"));
    const open = await templateOf("publicUrl");
    const closed = await templateOf("closedStageUrl");
    expect(deployment(closed)).not.toEqual(deployment(open));
  });
});
