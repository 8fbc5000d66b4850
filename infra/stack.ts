import { Aws, CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { connectRoutes } from "./api-routes.ts";
import { ArchiveStream } from "./archive-stream.ts";
import { FalSecret } from "./fal-secret.ts";
import { JobApi } from "./job-api.ts";
import { createFunctions } from "./job-functions.ts";
import { JobTable } from "./job-table.ts";
import { MediaBucket } from "./media-bucket.ts";
import type { Settings } from "./settings.ts";
import { SweepSchedule } from "./sweep-schedule.ts";

/** The one stack. It names neither account nor region, so that its template is the same everywhere. */
export class FalJobs extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      stackName: settings.stackName,
      description: "fal-jobs: a durable job API for fal.ai's image-to-video models",
    });
    const jobTable = new JobTable(this, "JobTable");
    const { bucket } = new MediaBucket(this, "MediaBucket", settings);
    const { secretArn } = new FalSecret(this, "FalSecret");
    const { restApi, apiKey, publicUrl } = new JobApi(this, "JobApi", settings);
    const functions = createFunctions(this, { jobTable, bucket, secretArn, publicUrl, settings });
    connectRoutes(restApi, functions);
    new SweepSchedule(this, "SweepSchedule", functions.sweep);
    if (settings.archive) new ArchiveStream(this, "ArchiveStream", jobTable.streamArn, functions.archive);
    new Alarms(this, "Alarms", {
      stage: restApi.deploymentStage,
      submit: functions.submit,
      webhook: functions.webhook,
      sweep: functions.sweep,
      archive: functions.archive,
      email: settings.alarmEmail,
    });
    this.createOutputs(publicUrl, apiKey.keyId, secretArn, bucket.bucketName);
  }

  private createOutputs(publicUrl: string, keyId: string, secretArn: string, bucketName: string): void {
    new CfnOutput(this, "ApiUrl", { description: "Base URL of the API", value: publicUrl });
    new CfnOutput(this, "ApiKeyCommand", {
      description: "Prints the API key",
      value: `aws apigateway get-api-key --region ${Aws.REGION} --api-key ${keyId} --include-value --query value --output text`,
    });
    new CfnOutput(this, "FalKeyCommand", {
      description: "Sets the key for fal from the shell's FAL_KEY",
      value: `aws secretsmanager put-secret-value --region ${Aws.REGION} --secret-id ${secretArn} --secret-string "$FAL_KEY"`,
    });
    new CfnOutput(this, "MediaBucketName", { description: "Bucket of uploads and videos", value: bucketName });
  }
}
