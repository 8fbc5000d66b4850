// What is obvious for a picture in a bucket: read it whole, let a library say its size, upload it with fal's client.
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { createFalClient } from "@fal-ai/client";
import sharp from "sharp";

const { TABLE_NAME, MEDIA_BUCKET, FAL_ENDPOINT_URL = "", FAL_KEY = "bench" } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const bucket = new S3Client({ forcePathStyle: true, responseChecksumValidation: "WHEN_REQUIRED" });
const fal = createFalClient({
  credentials: FAL_KEY,
  requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https:/", FAL_ENDPOINT_URL) }),
});

export const handler = async ({ key, prompt }: { readonly key: string; readonly prompt: string }) => {
  const { Body, ContentType } = await bucket.send(new GetObjectCommand({ Bucket: MEDIA_BUCKET, Key: key }));
  const bytes = await Body?.transformToByteArray();
  if (bytes === undefined) throw new Error("there is no picture");
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  if (width === 0 || height === 0) return { statusCode: 422, body: "" };
  const image_url = await fal.storage.upload(new Blob([Buffer.from(bytes)], { type: ContentType ?? "image/png" }));
  const input = { prompt, image_url };
  const id = randomUUID();
  await table.send(new PutCommand({ TableName: TABLE_NAME, Item: { id, status: "PENDING", input } }));
  await fal.queue.submit("decart/lucy-14b/image-to-video", { input });
  return { statusCode: 202, body: "" };
};
