// What is obvious for a video at a URL: fetch it whole, and upload it with the SDK's own helper.
import { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

const bucket = new S3Client({ forcePathStyle: true, requestChecksumCalculation: "WHEN_REQUIRED" });

export const handler = async ({ url, key }: { readonly url: string; readonly key: string }) => {
  const Body = Buffer.from(await (await fetch(url)).arrayBuffer());
  const params = { Bucket: process.env.MEDIA_BUCKET, Key: key, ContentType: "video/mp4", Body };
  await new Upload({ client: bucket, params }).done();
  return { statusCode: 200, body: "" };
};
