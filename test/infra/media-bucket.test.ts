import { Match } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { answerPreflight } from "../../local/stack/bucket-cors.ts";
import { readBuckets } from "../../local/stack/bucket-spec.ts";
import { templateOf } from "./templates.ts";

const template = await templateOf("default");
const { MediaBucket: bucket } = template.findResources("AWS::S3::Bucket");

describe("the media bucket", () => {
  test("the media bucket is the only bucket, private, encrypted, without ACLs and old versions", () => {
    template.resourceCountIs("AWS::S3::Bucket", 1);
    template.hasResourceProperties("AWS::S3::Bucket", {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: "BucketOwnerEnforced" }] },
      VersioningConfiguration: Match.absent(),
    });
  });

  test("the media bucket rejects requests without TLS, and grants nothing to anyone", () => {
    const policies = Object.values(template.findResources("AWS::S3::BucketPolicy"));
    const arn = { "Fn::GetAtt": ["MediaBucket", "Arn"] };
    expect(policies.map(({ Properties }) => Properties)).toEqual([
      {
        Bucket: { Ref: "MediaBucket" },
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Deny",
              Principal: { AWS: "*" },
              Action: "s3:*",
              Resource: [arn, { "Fn::Join": ["", [arn, "/*"]] }],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        },
      },
    ]);
  });

  test("the media bucket lets pages of any origin use presigned URLs, and play part of a video", () => {
    expect(bucket?.Properties.CorsConfiguration.CorsRules).toEqual([
      {
        AllowedMethods: ["PUT", "GET", "HEAD"],
        AllowedOrigins: ["*"],
        AllowedHeaders: ["*"],
        ExposedHeaders: ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
        MaxAge: 7200,
      },
    ]);
  });

  test("the media bucket accepts an upload from a page of any origin with only its content type as header", () => {
    const cors = readBuckets(template.toJSON().Resources).flatMap((each) => each.cors);
    for (const origin of ["https://app.example", "http://localhost:5173", "null"])
      expect(answerPreflight(cors, { origin, method: "PUT", headers: "content-type" })).toMatchObject({
        "access-control-allow-origin": "*",
        "access-control-allow-methods": "PUT, GET, HEAD",
        "access-control-allow-headers": "content-type",
      });
  });

  test("the media bucket removes uploads and unfinished uploads after a day, videos a day after their jobs, and nothing else", async () => {
    const rules = (of: typeof template) =>
      of.findResources("AWS::S3::Bucket").MediaBucket?.Properties.LifecycleConfiguration.Rules;
    expect(rules(template)).toEqual([
      { Id: "Unfinished", Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
      { Id: "Uploads", Status: "Enabled", Prefix: "uploads/", ExpirationInDays: 1 },
      { Id: "Videos", Status: "Enabled", Prefix: "videos/", ExpirationInDays: 31 },
    ]);
    expect(rules(await templateOf("retentionDays"))?.at(-1)).toMatchObject({ ExpirationInDays: 8 });
  });
});
