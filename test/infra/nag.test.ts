import { Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { expect, test } from "vitest";
import { effort } from "../effort.ts";
import { createUnbundledApp, withTemporaryFolder } from "./synthesis.ts";
import { variants } from "./variants.ts";

/** cdk-nag's findings, and why each is accepted. */
const accepted = {
  "AwsSolutions::AwsSolutions-APIG2":
    "Requests are validated by the functions, whose answers name the offending field.",
  "AwsSolutions::AwsSolutions-APIG3": "A web ACL costs money every month, so it is a setting.",
  "AwsSolutions::AwsSolutions-APIG4":
    "Callers are authenticated by API keys, fal by the signature and token of its webhooks.",
  "AwsSolutions::AwsSolutions-APIG6":
    "Execution logs record URLs, and a webhook's URL holds its job's token. Access logs are on.",
  "AwsSolutions::AwsSolutions-COG4": "Callers are programs with API keys, not people with accounts.",
  "AwsSolutions::AwsSolutions-IAM5[Resource::*]":
    "X-Ray knows no resources, and the account's logging role serves every log group.",
  "AwsSolutions::AwsSolutions-IAM5[Resource::<MediaBucket.Arn>/uploads/*]":
    "Keys are made up as pictures come; a function that touches them has a right to this prefix alone.",
  "AwsSolutions::AwsSolutions-IAM5[Resource::<MediaBucket.Arn>/videos/*]":
    "Keys are made up as videos come; a function that touches them has a right to this prefix alone.",
  "AwsSolutions::AwsSolutions-S1":
    "S3's access logs record presigned URLs and need a bucket of their own; the API's log tells who asked for one.",
  "AwsSolutions::AwsSolutions-SNS3":
    "Only CloudWatch publishes, over TLS. A policy of the topic would take that right away, which its default gives.",
  "AwsSolutions::AwsSolutions-SMG4":
    "fal's keys are made on fal's site, and every receiver knows a secret that follows from ours; each owner rotates that one alone.",
};

test.runIf(effort.lintsTemplate).each(["default", "everything"] as const)(
  "cdk-nag's AWS Solutions rules find only what is accepted with a reason: %s",
  async (variant) => {
    await withTemporaryFolder(async (folder) => {
      const app = createUnbundledApp({ outdir: folder, context: variants[variant] });
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      Validations.of(app).acknowledge(...Object.entries(accepted).map(([id, reason]) => ({ id, reason })));
      expect(() => app.synth()).not.toThrow();
    });
  },
);
