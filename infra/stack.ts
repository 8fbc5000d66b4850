import { Aws, CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { Alarms } from "./alarms.ts";
import { connectRoutes } from "./api-routes.ts";
import { JobDashboard } from "./dashboard.ts";
import { FalSecret } from "./fal-secret.ts";
import { Firewall } from "./firewall.ts";
import { JobApi } from "./job-api.ts";
import { JobEvents } from "./job-events.ts";
import { createFunctions, type Surroundings } from "./job-functions.ts";
import { JobTable } from "./job-table.ts";
import { LogQueries } from "./log-queries.ts";
import { MasterSecret } from "./master-secret.ts";
import { MediaBucket } from "./media-bucket.ts";
import type { Settings } from "./settings.ts";
import { archiveDue, deliveryDue, StreamReader } from "./stream-reader.ts";
import { SweepSchedule } from "./sweep-schedule.ts";

/** The one stack. It sets neither account nor region, so its template is the same everywhere. */
export class FalJobs extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id, {
      stackName: settings.stackName,
      description: "fal-jobs: a durable job API for fal.ai's image-to-video models",
      terminationProtection: settings.protect,
    });
    const jobTable = new JobTable(this, "JobTable", settings);
    const { bucket } = new MediaBucket(this, "MediaBucket", settings);
    const { secretArn: falSecretArn } = new FalSecret(this, "FalSecret");
    const { secretArn: masterSecretArn } = new MasterSecret(this, "MasterSecret");
    const { eventBus } = new JobEvents(this, "JobEvents", settings);
    const { restApi, apiKey, publicUrl, otherUrls } = new JobApi(this, "JobApi", settings);
    const surroundings = { jobTable, bucket, eventBus, falSecretArn, masterSecretArn, publicUrl, otherUrls, settings };
    const functions = createFunctions(this, surroundings);
    connectRoutes(restApi, functions);
    if (settings.ipRateLimit !== undefined)
      new Firewall(this, "Firewall", { stage: restApi.deploymentStage, ipRateLimit: settings.ipRateLimit });
    new SweepSchedule(this, "SweepSchedule", functions("sweep"));
    const { streamArn } = jobTable;
    if (settings.archive)
      new StreamReader(this, "ArchiveStream", { streamArn, reader: functions("archive"), patterns: archiveDue });
    new StreamReader(this, "DeliverStream", { streamArn, reader: functions("deliver"), patterns: deliveryDue });
    const alarms = new Alarms(this, "Alarms", { stage: restApi.deploymentStage, functions, settings });
    new JobDashboard(this, "JobDashboard", { functions, alarms: alarms.all, settings });
    new LogQueries(this, "LogQueries", settings.stackName, functions);
    this.createOutputs(surroundings, apiKey.keyId);
  }

  private createOutputs({ publicUrl, falSecretArn, bucket, eventBus }: Surroundings, keyId: string): void {
    new CfnOutput(this, "ApiUrl", { description: "Base URL of the API", value: publicUrl });
    new CfnOutput(this, "ApiKeyCommand", {
      description: "Command that prints the API key",
      value: `aws apigateway get-api-key --region ${Aws.REGION} --api-key ${keyId} --include-value --query value --output text`,
    });
    new CfnOutput(this, "FalKeyCommand", {
      description: "Command that stores the fal key from the shell variable FAL_KEY",
      value: `aws secretsmanager put-secret-value --region ${Aws.REGION} --secret-id ${falSecretArn} --secret-string "$FAL_KEY"`,
    });
    new CfnOutput(this, "MediaBucketName", {
      description: "Bucket that stores uploads and videos",
      value: bucket.bucketName,
    });
    new CfnOutput(this, "EventBusName", {
      description: "EventBridge bus that carries job events",
      value: eventBus.eventBusName,
    });
  }
}
