import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type CorsRule,
  HttpMethods,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { corsMaxAgeSeconds } from "./cors.ts";
import { pinLogicalId } from "./logical-id.ts";
import type { Settings } from "./settings.ts";

/** The bucket's keys by what they begin with: callers' pictures, `uploads/{owner}/{uploadId}`, and kept videos, `videos/{jobId}/{random}.mp4`. */
export const mediaPrefixes = { uploads: "uploads/", videos: "videos/" } as const;

/** Uploads that were begun and never ended, in parts. */
const unfinishedDays = 1;
/** An upload is used within 24 h. */
const uploadDays = 1;
/** A video is written while its job settles, or later; a day more lets none go before its job. */
const videoMarginDays = 1;

/**
 * The media bucket: private, over TLS only, and reached from browsers by presigned URLs. It outlives its stack: videos are
 * paid work. S3 counts an object's days from its making and rounds up to midnight.
 */
export class MediaBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      encryption: BucketEncryption.S3_MANAGED,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // Deleted means gone.
      versioned: false,
      cors: [presignedAccess],
      lifecycleRules: lifecycleRules(settings),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // What is kept stays behind TLS.
    this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pinLogicalId(this.bucket, "MediaBucket");
  }
}

/** Any origin may ask: what it may do is in the URL it was given. */
const presignedAccess: CorsRule = {
  allowedMethods: [HttpMethods.PUT, HttpMethods.GET, HttpMethods.HEAD],
  allowedOrigins: ["*"],
  allowedHeaders: ["*"],
  exposedHeaders: ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"],
  maxAge: corsMaxAgeSeconds,
};

function lifecycleRules({ retentionDays }: Settings): LifecycleRule[] {
  return [
    { id: "Unfinished", abortIncompleteMultipartUploadAfter: Duration.days(unfinishedDays) },
    { id: "Uploads", prefix: mediaPrefixes.uploads, expiration: Duration.days(uploadDays) },
    { id: "Videos", prefix: mediaPrefixes.videos, expiration: Duration.days(retentionDays + videoMarginDays) },
  ];
}
