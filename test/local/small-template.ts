import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A function for tests: echoes its event, or does what the event's `test` header says. */
const echoSource = `
export const handler = async (event, context) => {
  const wish = event.headers?.test ?? event.test;
  if (wish === "throw") throw new Error("thrown on purpose");
  if (wish === "exit") process.exit(1);
  if (wish === "crash") { setImmediate(() => { throw new Error("crashed on purpose"); }); await new Promise(() => {}); }
  if (wish === "hang") await new Promise(() => {});
  if (wish === "huge") return { statusCode: 200, body: "x".repeat(6_291_456) };
  if (wish === "malformed") return { status: 200 };
  if (wish === "bad-header") return { statusCode: 200, headers: { "x-bad": "a\\nb" }, body: "" };
  if (wish === "base64") return { statusCode: 200, headers: { "content-type": "image/png" }, body: "aGk=", isBase64Encoded: true };
  if (wish === "no-content") return { statusCode: 204 };
  if (wish === "multi") return {
    statusCode: 201, headers: { "X-One": 1, "x-two": "gone" }, multiValueHeaders: { "X-Two": ["a", "b"] }, body: "made" };
  if (wish === "env") return process.env;
  if (wish === "log") { console.log("a line"); console.error({ some: "record" }); }
  if (wish === "context") return { ...context, remaining: context.getRemainingTimeInMillis() };
  globalThis.calls = (globalThis.calls ?? 0) + 1;
  return { statusCode: 200, headers: { "content-type": "application/json" }, body: JSON.stringify({ ...event, calls: globalThis.calls }) };
};
`;

/** Writes the echo function's bundle and returns its folder. */
export async function writeEchoBundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fal-jobs-echo-"));
  await writeFile(join(folder, "index.mjs"), echoSource);
  return folder;
}

/**
 * A template with one function behind a few routes, its table, bucket, secret, schedules and stream, shaped as CDK
 * writes them.
 */
export const smallTemplate = {
  Resources: {
    Echo: {
      Type: "AWS::Lambda::Function",
      Properties: {
        Code: { S3Bucket: "assets", S3Key: "echo.zip" },
        Handler: "index.handler",
        Timeout: 3,
        MemorySize: 256,
        Environment: {
          Variables: {
            TABLE_NAME: { Ref: "Table" },
            SECRET_ID: { Ref: "Secret" },
            PUBLIC_URL: {
              "Fn::Join": [
                "",
                ["https://", { Ref: "Api" }, ".execute-api.", { Ref: "AWS::Region" }, ".amazonaws.com/prod"],
              ],
            },
            MEDIA_BUCKET: { Ref: "Media" },
            MEDIA_URL: { "Fn::Join": ["", ["https://", { "Fn::GetAtt": ["Media", "RegionalDomainName"] }]] },
            TABLE_ARN: { "Fn::GetAtt": ["Table", "Arn"] },
            // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholders
            SUB: { "Fn::Sub": "${AWS::Region}/${Table}/${Table.Arn}/${!literal}" },
          },
        },
      },
    },
    Table: {
      Type: "AWS::DynamoDB::Table",
      Properties: {
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [
          { AttributeName: "id", AttributeType: "S" },
          { AttributeName: "shard", AttributeType: "S" },
          { AttributeName: "due_at", AttributeType: "N" },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: "byDue",
            KeySchema: [
              { AttributeName: "shard", KeyType: "HASH" },
              { AttributeName: "due_at", KeyType: "RANGE" },
            ],
            Projection: { ProjectionType: "KEYS_ONLY" },
          },
        ],
        StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
        TimeToLiveSpecification: { AttributeName: "expires_at", Enabled: true },
      },
    },
    Settled: {
      Type: "AWS::Lambda::EventSourceMapping",
      Properties: {
        BatchSize: 2,
        EventSourceArn: { "Fn::GetAtt": ["Table", "StreamArn"] },
        FilterCriteria: {
          Filters: [
            {
              Pattern: JSON.stringify({
                eventName: ["MODIFY"],
                dynamodb: {
                  NewImage: { settled_at: { N: [{ exists: true }] } },
                  OldImage: { status: { S: ["open"] } },
                },
              }),
            },
          ],
        },
        FunctionName: { Ref: "Echo" },
        FunctionResponseTypes: ["ReportBatchItemFailures"],
        MaximumRecordAgeInSeconds: 60,
        MaximumRetryAttempts: 1,
        ParallelizationFactor: 2,
        StartingPosition: "LATEST",
      },
    },
    Media: {
      Type: "AWS::S3::Bucket",
      Properties: {
        CorsConfiguration: {
          CorsRules: [
            {
              AllowedHeaders: ["content-type", "if-none-*"],
              AllowedMethods: ["PUT", "GET"],
              AllowedOrigins: ["https://*.example"],
              ExposedHeaders: ["ETag"],
              MaxAge: 600,
            },
          ],
        },
      },
    },
    Secret: { Type: "AWS::SecretsManager::Secret", Properties: {} },
    Rule: {
      Type: "AWS::Events::Rule",
      Properties: {
        ScheduleExpression: "rate(1 minute)",
        Targets: [{ Arn: { "Fn::GetAtt": ["Echo", "Arn"] }, Id: "Target0" }],
      },
    },
    Schedule: {
      Type: "AWS::Scheduler::Schedule",
      Properties: {
        ScheduleExpression: "rate(1 minute)",
        Target: { Arn: { "Fn::GetAtt": ["Echo", "Arn"] }, Input: '{"from":"schedule"}' },
      },
    },
    Api: { Type: "AWS::ApiGateway::RestApi", Properties: { BinaryMediaTypes: ["multipart/form-data"] } },
    Stage: { Type: "AWS::ApiGateway::Stage", Properties: { StageName: "prod" } },
    Jobs: resource({ "Fn::GetAtt": ["Api", "RootResourceId"] }, "jobs"),
    Job: resource({ Ref: "Jobs" }, "{id}"),
    Recent: resource({ Ref: "Jobs" }, "recent"),
    Open: resource({ "Fn::GetAtt": ["Api", "RootResourceId"] }, "open"),
    Rest: resource({ "Fn::GetAtt": ["Api", "RootResourceId"] }, "{proxy+}"),
    GetJob: method("Job", "GET", true),
    AnyJob: method("Job", "ANY", false),
    AnyRecent: method("Recent", "ANY", false),
    PostOpen: method("Open", "POST", false),
    AnyRest: method("Rest", "ANY", false),
    OptionsJob: {
      Type: "AWS::ApiGateway::Method",
      Properties: {
        HttpMethod: "OPTIONS",
        ResourceId: { Ref: "Job" },
        Integration: {
          Type: "MOCK",
          IntegrationResponses: [
            {
              StatusCode: "204",
              ResponseParameters: {
                "method.response.header.Access-Control-Allow-Origin": "'*'",
                "method.response.header.Access-Control-Max-Age": "'7200'",
              },
            },
          ],
        },
      },
    },
    Refused: {
      Type: "AWS::ApiGateway::GatewayResponse",
      Properties: {
        ResponseType: "INVALID_API_KEY",
        StatusCode: "401",
        ResponseParameters: {
          "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
          "gatewayresponse.header.Content-Type": "'application/problem+json'",
          "gatewayresponse.header.X-Request": "context.requestId",
        },
        ResponseTemplates: {
          "application/json":
            '{"code":"unauthorized","detail":$context.error.messageString,"instance":"$context.requestId"}',
        },
      },
    },
    ServerErrors: {
      Type: "AWS::ApiGateway::GatewayResponse",
      Properties: {
        ResponseType: "DEFAULT_5XX",
        ResponseParameters: { "gatewayresponse.header.Access-Control-Allow-Origin": "'*'" },
        ResponseTemplates: { "application/problem+json": '{"code":"$context.error.responseType"}' },
      },
    },
  },
};

function resource(parent: object, part: string) {
  return {
    Type: "AWS::ApiGateway::Resource",
    Properties: { ParentId: parent, PathPart: part, RestApiId: { Ref: "Api" } },
  };
}

function method(resourceId: string, httpMethod: string, keyRequired: boolean) {
  const path = ":lambda:path/2015-03-31/functions/";
  return {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      HttpMethod: httpMethod,
      ResourceId: { Ref: resourceId },
      ApiKeyRequired: keyRequired,
      Integration: {
        Type: "AWS_PROXY",
        TimeoutInMillis: 6_000,
        Uri: {
          "Fn::Join": [
            "",
            ["arn:aws:apigateway:", { Ref: "AWS::Region" }, path, { "Fn::GetAtt": ["Echo", "Arn"] }, "/invocations"],
          ],
        },
      },
    },
  };
}
