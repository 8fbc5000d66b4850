import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const resources = Object.values<{ Type: string; DeletionPolicy?: string }>(template.toJSON().Resources);

describe("the stack", () => {
  test("the stack matches the snapshot", () => {
    expect(normalised(template)).toMatchSnapshot();
  });

  test("the stack with every setting matches the snapshot", async () => {
    expect(normalised(await templateOf("everything"))).toMatchSnapshot();
  });

  test("the stack keeps the logical ids that deployed webhook URLs, owners and data depend on", () => {
    expect(Object.keys(template.findResources("AWS::ApiGateway::RestApi"))).toEqual(["Api"]);
    expect(Object.keys(template.findResources("AWS::ApiGateway::ApiKey"))).toEqual(["ApiKey"]);
    expect(Object.keys(template.findResources("AWS::SecretsManager::Secret"))).toEqual([
      "FalKeySecret",
      "MasterSecret",
    ]);
    expect(Object.keys(template.findResources("AWS::DynamoDB::Table"))).toEqual(["JobTable"]);
    expect(Object.keys(template.findResources("AWS::S3::Bucket"))).toEqual(["MediaBucket"]);
    expect(Object.keys(template.findResources("AWS::Events::EventBus"))).toEqual(["EventBus"]);
  });

  test("the stack has no nested stack and no custom resource", () => {
    expect(
      resources.map(({ Type }) => Type).filter((type) => /^Custom::|CloudFormation::(Stack|CustomResource)/.test(type)),
    ).toEqual([]);
  });

  test("the stack retains the table, the bucket, the secrets and the account's logging role when it is deleted", () => {
    const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      "AWS::ApiGateway::Account",
      "AWS::DynamoDB::Table",
      "AWS::IAM::Role",
      "AWS::S3::Bucket",
      "AWS::S3::BucketPolicy",
      "AWS::SecretsManager::Secret",
      "AWS::SecretsManager::Secret",
    ]);
  });

  test("the stack has the job table of the design", () => {
    template.hasResourceProperties("AWS::DynamoDB::Table", {
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      BillingMode: "PAY_PER_REQUEST",
      StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "owner", AttributeType: "S" },
        { AttributeName: "created_at_id", AttributeType: "S" },
        { AttributeName: "shard", AttributeType: "S" },
        { AttributeName: "due_at", AttributeType: "N" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "byOwner",
          KeySchema: [
            { AttributeName: "owner", KeyType: "HASH" },
            { AttributeName: "created_at_id", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
        {
          IndexName: "byDue",
          KeySchema: [
            { AttributeName: "shard", KeyType: "HASH" },
            { AttributeName: "due_at", KeyType: "RANGE" },
          ],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
    });
  });

  test("the stack creates fal's secret without a value and its own with a random one, and puts neither in a function's environment", () => {
    const { FalKeySecret, MasterSecret } = template.findResources("AWS::SecretsManager::Secret");
    expect(Object.keys(FalKeySecret?.Properties)).toEqual(["Description"]);
    // Any other value here generates a new secret at deployment, and every receiver then rejects our callbacks.
    expect(MasterSecret?.Properties.GenerateSecretString).toEqual({ PasswordLength: 64, ExcludePunctuation: true });
    expect(JSON.stringify(template.toJSON())).not.toMatch(/"FAL_KEY"|resolve:secretsmanager/);
  });

  test("the stack runs every function on Node 24 and ARM64 with tracing, JSON logs and its own expiring log group", () => {
    const functions = Object.values(template.findResources("AWS::Lambda::Function"));
    expect(functions).toHaveLength(12);
    for (const { Properties } of functions) {
      expect(Properties).toMatchObject({
        Runtime: "nodejs24.x",
        Architectures: ["arm64"],
        TracingConfig: { Mode: "Active" },
        LoggingConfig: { LogFormat: "JSON", LogGroup: { Ref: expect.stringMatching(/Logs/) } },
        Timeout: expect.any(Number),
        MemorySize: expect.any(Number),
      });
    }
    const logGroups = functions.map(({ Properties }) => Properties.LoggingConfig.LogGroup.Ref);
    expect(new Set(logGroups).size).toBe(functions.length);
    template.allResourcesProperties("AWS::Logs::LogGroup", { RetentionInDays: 30 });
    template.allResources("AWS::Logs::LogGroup", { DeletionPolicy: "Delete" });
  });

  test.each([
    [
      "SubmitFunction",
      "ARCHIVE_VIDEOS DAILY_BUDGETS FAL_DISABLE_FALLBACKS FAL_ENDPOINT_IDS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO FAL_UPLOADS_PER_DAY FIRST_CHECK_SECONDS MEDIA_BUCKET MEDIA_URL OWNERS PRICES PUBLIC_URL RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME WAITS_PER_OWNER",
    ],
    [
      "ChangeFunction",
      "ARCHIVE_VIDEOS FAL_DISABLE_FALLBACKS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO FIRST_CHECK_SECONDS MEDIA_BUCKET OWNERS PUBLIC_URL RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "ReadFunction",
      "FAL_DISABLE_FALLBACKS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO MEDIA_BUCKET MEDIA_URL OWNERS PUBLIC_URL TABLE_NAME WAITS_PER_OWNER",
    ],
    ["OwnerFunction", "DAILY_BUDGETS MASTER_SECRET_ID OWNERS PUBLIC_URL TABLE_NAME"],
    [
      "EventsFunction",
      "ARCHIVE_VIDEOS FAL_DISABLE_FALLBACKS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO FIRST_CHECK_SECONDS OWNERS PUBLIC_URL RETENTION_DAYS STACK_NAME STREAMS_PER_OWNER SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "ProxyReadFunction",
      "ARCHIVE_VIDEOS FAL_DISABLE_FALLBACKS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO FIRST_CHECK_SECONDS MEDIA_BUCKET MEDIA_URL OWNERS PUBLIC_URL RETENTION_DAYS STACK_NAME STREAMS_PER_OWNER SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "WebhookFunction",
      "ARCHIVE_VIDEOS FIRST_CHECK_SECONDS MEDIA_BUCKET PRICES PUBLIC_URL RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "SweepFunction",
      "ARCHIVE_FUNCTION ARCHIVE_VIDEOS DELIVER_FUNCTION FAL_DISABLE_FALLBACKS FAL_KEY_SECRET_ID FAL_NO_RETRY FAL_STORE_IO FIRST_CHECK_SECONDS MEDIA_BUCKET PRICES PUBLIC_URL RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME WORKERS_PER_OWNER",
    ],
    [
      "ArchiveFunction",
      "ARCHIVE_VIDEOS FIRST_CHECK_SECONDS MEDIA_BUCKET RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME WORKERS_PER_OWNER",
    ],
    [
      "DeliverFunction",
      "ARCHIVE_VIDEOS EVENT_BUS_NAME FIRST_CHECK_SECONDS MASTER_SECRET_ID PUBLIC_URL RETENTION_DAYS STACK_NAME SUBMISSION_WINDOW_SECONDS TABLE_NAME WORKERS_PER_OWNER",
    ],
    ["PublicFunction", "PUBLIC_URL ROUTES"],
    ["HealthFunction", "FAL_KEY_SECRET_ID PUBLIC_URL TABLE_NAME"],
  ])("the stack gives %s only the environment it needs", (id, names) => {
    expect(Object.keys(environmentOf(id)).sort().join(" ")).toBe(names);
  });

  test("the stack passes settings to the functions", async () => {
    const set = await templateOf("passedToFunctions");
    const submitting = ["SubmitFunction", "SweepFunction"];
    const reading = ["ReadFunction", "EventsFunction", "ProxyReadFunction", "ChangeFunction"];
    const others = [...reading, "ArchiveFunction", "WebhookFunction"];
    for (const id of [...submitting, ...others])
      expect(environmentOf(id, set).FAL_ENDPOINT_URL).toBe("http://127.0.0.1:4001");
    for (const id of submitting)
      expect(environmentOf(id, set)).toMatchObject({
        FAL_STORE_IO: "false",
        FAL_MEDIA_LIFETIME_SECONDS: "86400",
        FAL_NO_RETRY: "true",
        FAL_DISABLE_FALLBACKS: "false",
      });
    for (const id of submitting)
      expect(environmentOf(id)).toMatchObject({ FAL_NO_RETRY: "false", FAL_DISABLE_FALLBACKS: "true" });
    expect(environmentOf("SubmitFunction", set)).toMatchObject({
      FAL_ENDPOINT_IDS: "decart/lucy-i2v,fal-ai/other",
      DAILY_BUDGETS: '{"studio":50,"*":5}',
      FAL_UPLOADS_PER_DAY: "20",
      PUBLIC_URL: "https://jobs.example.com/video",
      OWNERS: '{"a1b2c3":"studio"}',
      RETENTION_DAYS: "7",
    });
  });

  test("the stack passes the media bucket's name and the origin of its presigned URLs to the functions", () => {
    const mediaUrl = { "Fn::Join": ["", ["https://", { "Fn::GetAtt": ["MediaBucket", "RegionalDomainName"] }]] };
    for (const id of ["SubmitFunction", "ReadFunction", "ProxyReadFunction"])
      expect(environmentOf(id).MEDIA_URL).toEqual(mediaUrl);
    for (const id of ["SweepFunction", "WebhookFunction", "ChangeFunction", "ArchiveFunction"])
      expect(environmentOf(id).MEDIA_BUCKET).toEqual({ Ref: "MediaBucket" });
  });

  test("the stack passes the event bus and its own secret to the function that delivers final events", async () => {
    expect(environmentOf("DeliverFunction")).toMatchObject({
      EVENT_BUS_NAME: { Ref: "EventBus" },
      MASTER_SECRET_ID: { Ref: "MasterSecret" },
    });
    template.hasResourceProperties("AWS::Events::EventBus", { Name: "FalJobs" });
    (await templateOf("otherName")).hasResourceProperties("AWS::Events::EventBus", { Name: "Other" });
  });

  test("P30: the stack reserves concurrency for fal's webhooks, the sweep and streams only when configured", async () => {
    const reserving = (of: typeof template) =>
      Object.keys(of.findResources("AWS::Lambda::Function", { Properties: { ReservedConcurrentExecutions: 20 } }));
    template.allResourcesProperties("AWS::Lambda::Function", { ReservedConcurrentExecutions: Match.absent() });
    expect(reserving(await templateOf("reservedConcurrency"))).toEqual(["WebhookFunction"]);
    expect(reserving(await templateOf("streamsAtOnce"))).toEqual(["EventsFunction"]);
    expect(reserving(await templateOf("sweepConcurrency"))).toEqual(["SweepFunction"]);
    expect(reserving(await templateOf("proxyReadsAtOnce"))).toEqual(["ProxyReadFunction"]);
  });

  test("the stack outputs the API's URL, the commands for both keys and the names of the bucket and the event bus", () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual([
      "ApiUrl",
      "ApiKeyCommand",
      "FalKeyCommand",
      "MediaBucketName",
      "EventBusName",
    ]);
    template.hasOutput("ApiUrl", {
      Value: {
        "Fn::Sub": [
          // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's syntax
          "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/prod",
          { Api: { Ref: "Api" } },
        ],
      },
    });
  });
});

function normalised(of: typeof template): unknown {
  return JSON.parse(JSON.stringify(of.toJSON()).replace(/[0-9a-f]{64}\.zip/g, "ASSET.zip"));
}

function environmentOf(id: string, of = template): Record<string, unknown> {
  return of.toJSON().Resources[id].Properties.Environment.Variables;
}
