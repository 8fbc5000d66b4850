import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type BucketProps,
  type CorsRule,
  HttpMethods,
  type LifecycleRule,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { corsMaxAgeSeconds } from "./cors.ts";
import { pinLogicalId } from "./logical-id.ts";
import type { Settings } from "./settings.ts";

/**
 * The prefixes of the bucket's keys: callers' pictures are `uploads/{owner}/{uploadId}`, copied videos are
 * `videos/{jobId}/{random}.mp4`.
 */
export const mediaPrefixes = { uploads: "uploads/", videos: "videos/" } as const;

/** Days after which an incomplete multipart upload is deleted. */
const unfinishedDays = 1;
/** An upload is used within 24 h. */
const uploadDays = 1;
/**
 * A video is written when its job settles, or later. One more day makes sure that no video is deleted before its job.
 */
const videoMarginDays = 1;

/**
 * The media bucket: private, over TLS only; browsers access it by presigned URLs. It stays when the stack is deleted,
 * because videos are paid work. S3 counts an object's days from its creation and rounds up to midnight.
 */
export class MediaBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.bucket = new Bucket(this, "Bucket", {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      ...this.encryption(settings),
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      // A deleted object has no older versions.
      versioned: false,
      cors: [presignedAccess],
      lifecycleRules: lifecycleRules(settings),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // The retained bucket still requires TLS.
    this.bucket.policy?.applyRemovalPolicy(RemovalPolicy.RETAIN);
    pinLogicalId(this.bucket, "MediaBucket");
  }

  /** With a key per bucket, S3 asks KMS once in a while instead of for each object. */
  private encryption({ kmsKeyArn }: Settings): Pick<BucketProps, "encryption" | "encryptionKey" | "bucketKeyEnabled"> {
    if (kmsKeyArn === undefined) return { encryption: BucketEncryption.S3_MANAGED };
    const encryptionKey = Key.fromKeyArn(this, "Key", kmsKeyArn);
    return { encryption: BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true };
  }
}

/** Any origin is allowed, because the presigned URL limits what a request may do. */
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
