import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { synthesizeTemplate } from "./synthesis.ts";

const template = synthesizeTemplate();
const resources = Object.values<{ Type: string; DeletionPolicy?: string }>(template.toJSON().Resources);

describe("the stack", () => {
  test("is what the snapshot holds", () => {
    const normalised = JSON.stringify(template.toJSON(), undefined, 2).replace(/[0-9a-f]{64}\.zip/g, "ASSET.zip");
    expect(JSON.parse(normalised)).toMatchSnapshot();
  });

  test("keeps the logical ids that deployed webhook URLs, owners and data hang on", () => {
    expect(Object.keys(template.findResources("AWS::ApiGateway::RestApi"))).toEqual(["Api"]);
    expect(Object.keys(template.findResources("AWS::ApiGateway::ApiKey"))).toEqual(["ApiKey"]);
    expect(Object.keys(template.findResources("AWS::SecretsManager::Secret"))).toEqual(["FalKeySecret"]);
    expect(Object.keys(template.findResources("AWS::DynamoDB::Table"))).toEqual(["JobTable"]);
    expect(Object.keys(template.findResources("AWS::S3::Bucket"))).toEqual(["MediaBucket"]);
  });

  test("has no nested stack and no custom resource", () => {
    expect(
      resources.map(({ Type }) => Type).filter((type) => /^Custom::|CloudFormation::(Stack|CustomResource)/.test(type)),
    ).toEqual([]);
  });

  test("keeps the table, the bucket, the secret and the account's logging role when it is deleted", () => {
    const kept = resources.filter(({ DeletionPolicy }) => DeletionPolicy === "Retain");
    expect(kept.map(({ Type }) => Type).sort()).toEqual([
      "AWS::ApiGateway::Account",
      "AWS::DynamoDB::Table",
      "AWS::IAM::Role",
      "AWS::S3::Bucket",
      "AWS::S3::BucketPolicy",
      "AWS::SecretsManager::Secret",
    ]);
  });

  test("has the job table of the design", () => {
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

  test("makes the secret without a value, and no function gets it in its environment", () => {
    const [secret] = Object.values(template.findResources("AWS::SecretsManager::Secret"));
    expect(Object.keys(secret?.Properties)).toEqual(["Description"]);
    expect(JSON.stringify(template.toJSON())).not.toMatch(/"FAL_KEY"|resolve:secretsmanager/);
  });

  test("runs every function on Node 24 and ARM64 with tracing, JSON logs and its own log group that ends", () => {
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
      "ARCHIVE_VIDEOS FAL_ENDPOINT_ID FAL_KEY_SECRET_ID FAL_STORE_IO FIRST_CHECK_SECONDS MEDIA_BUCKET MEDIA_URL OWNERS PUBLIC_URL RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "RetryFunction",
      "ARCHIVE_VIDEOS FAL_KEY_SECRET_ID FAL_STORE_IO FIRST_CHECK_SECONDS OWNERS PUBLIC_URL RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "CancelFunction",
      "ARCHIVE_VIDEOS FAL_KEY_SECRET_ID FAL_STORE_IO FIRST_CHECK_SECONDS OWNERS PUBLIC_URL RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "SweepFunction",
      "ARCHIVE_VIDEOS FAL_ENDPOINT_ID FAL_KEY_SECRET_ID FAL_STORE_IO FIRST_CHECK_SECONDS MEDIA_BUCKET PUBLIC_URL RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    [
      "WebhookFunction",
      "ARCHIVE_VIDEOS FIRST_CHECK_SECONDS MEDIA_BUCKET PUBLIC_URL RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    ["DeleteFunction", "FAL_KEY_SECRET_ID FAL_STORE_IO MEDIA_BUCKET OWNERS PUBLIC_URL TABLE_NAME"],
    ["UploadsFunction", "MEDIA_BUCKET MEDIA_URL OWNERS PUBLIC_URL"],
    ["VideoFunction", "MEDIA_BUCKET MEDIA_URL OWNERS PUBLIC_URL TABLE_NAME"],
    [
      "ArchiveFunction",
      "ARCHIVE_VIDEOS FIRST_CHECK_SECONDS MEDIA_BUCKET RETENTION_DAYS SUBMISSION_WINDOW_SECONDS TABLE_NAME",
    ],
    ["JobsFunction", "OWNERS PUBLIC_URL TABLE_NAME"],
    ["HealthFunction", "FAL_KEY_SECRET_ID TABLE_NAME"],
    ["FallbackFunction", "ROUTES"],
  ])("gives %s only the environment it needs", (id, names) => {
    expect(Object.keys(environmentOf(id)).sort().join(" ")).toBe(names);
  });

  test("hands settings on to the functions", () => {
    const settings = {
      falEndpointUrl: "http://127.0.0.1:4001",
      publicUrl: "https://jobs.example.com/video",
      owners: '{"a1b2c3":"studio"}',
      retentionDays: "7",
      storePayloadsAtFal: "false",
      falMediaLifetimeSeconds: "86400",
    };
    const set = synthesizeTemplate(settings);
    const submitting = ["SubmitFunction", "RetryFunction", "SweepFunction"];
    const others = ["CancelFunction", "DeleteFunction", "ArchiveFunction", "WebhookFunction"];
    for (const id of [...submitting, ...others])
      expect(environmentOf(id, set).FAL_ENDPOINT_URL).toBe("http://127.0.0.1:4001");
    for (const id of submitting)
      expect(environmentOf(id, set)).toMatchObject({ FAL_STORE_IO: "false", FAL_MEDIA_LIFETIME_SECONDS: "86400" });
    expect(environmentOf("SubmitFunction", set)).toMatchObject({
      PUBLIC_URL: "https://jobs.example.com/video",
      OWNERS: '{"a1b2c3":"studio"}',
      RETENTION_DAYS: "7",
    });
  });

  test("names the media bucket to the functions, and the address that its presigned URLs begin with", () => {
    const mediaUrl = { "Fn::Join": ["", ["https://", { "Fn::GetAtt": ["MediaBucket", "RegionalDomainName"] }]] };
    for (const id of ["SubmitFunction", "UploadsFunction", "VideoFunction"])
      expect(environmentOf(id).MEDIA_URL).toEqual(mediaUrl);
    for (const id of ["SweepFunction", "WebhookFunction", "DeleteFunction", "ArchiveFunction"])
      expect(environmentOf(id).MEDIA_BUCKET).toEqual({ Ref: "MediaBucket" });
  });

  test("reserves concurrency for webhooks only when told to", () => {
    const reserving = (of: typeof template) =>
      Object.keys(of.findResources("AWS::Lambda::Function", { Properties: { ReservedConcurrentExecutions: 20 } }));
    template.allResourcesProperties("AWS::Lambda::Function", { ReservedConcurrentExecutions: Match.absent() });
    expect(reserving(synthesizeTemplate({ reservedConcurrency: 20 }))).toEqual(["WebhookFunction"]);
  });

  test("alarms on crashes, silence, 5xx, refused credentials, double renders and lost videos, by e-mail only when told to", () => {
    template.resourceCountIs("AWS::CloudWatch::Alarm", 9);
    template.resourceCountIs("AWS::SNS::Topic", 0);
    for (const id of ["SubmitFunction", "WebhookFunction", "SweepFunction", "ArchiveFunction"]) {
      template.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Namespace: "AWS/Lambda",
        MetricName: "Errors",
        Dimensions: [{ Name: "FunctionName", Value: { Ref: id } }],
        Threshold: 1,
        TreatMissingData: "notBreaching",
      });
    }
    for (const MetricName of ["OperatorTrouble", "DoubleRender", "VideoNotKept"]) {
      template.hasResourceProperties("AWS::CloudWatch::Alarm", {
        Namespace: "FalJobs",
        MetricName,
        Dimensions: Match.absent(),
      });
    }
    const mailing = synthesizeTemplate({ alarmEmail: "ops@example.com" });
    mailing.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "ops@example.com" });
    mailing.allResourcesProperties("AWS::CloudWatch::Alarm", {
      AlarmActions: [{ Ref: Match.stringLikeRegexp("Topic") }],
    });
  });

  test("prints the API's URL, the commands for both keys and the bucket's name", () => {
    expect(Object.keys(template.toJSON().Outputs)).toEqual([
      "ApiUrl",
      "ApiKeyCommand",
      "FalKeyCommand",
      "MediaBucketName",
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

function environmentOf(id: string, of = template): Record<string, unknown> {
  return of.toJSON().Resources[id].Properties.Environment.Variables;
}
