// The limit: the least that a function can load to store a row and to call fal, one signed put and one fetch.
import { randomUUID } from "node:crypto";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { AwsClient } from "aws4fetch";

const {
  TABLE_NAME,
  FAL_KEY,
  FAL_ENDPOINT_URL = "",
  PUBLIC_URL,
  AWS_ENDPOINT_URL_DYNAMODB = "",
  AWS_ACCESS_KEY_ID: accessKeyId = "",
  AWS_SECRET_ACCESS_KEY: secretAccessKey = "",
} = process.env;
const aws = new AwsClient({ accessKeyId, secretAccessKey, region: "us-east-1", service: "dynamodb" });

/** `POST /jobs` */
export const handler = async (event: APIGatewayProxyEvent) => {
  const { input } = JSON.parse(event.body ?? "{}");
  const id = randomUUID();
  const Item = { id: { S: id }, status: { S: "PENDING" }, input: { S: JSON.stringify(input) } };
  await aws.fetch(AWS_ENDPOINT_URL_DYNAMODB, {
    method: "POST",
    headers: { "x-amz-target": "DynamoDB_20120810.PutItem", "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify({ TableName: TABLE_NAME, Item }),
  });
  const webhook = encodeURIComponent(`${PUBLIC_URL}/webhook?job=${id}`);
  const answer = await fetch(
    `${FAL_ENDPOINT_URL}/queue.fal.run/decart/lucy-14b/image-to-video?fal_webhook=${webhook}`,
    {
      method: "POST",
      headers: { authorization: `Key ${FAL_KEY}`, "content-type": "application/json" },
      body: JSON.stringify(input),
    },
  );
  const { request_id } = (await answer.json()) as { request_id: string };
  return { statusCode: 202, body: JSON.stringify({ id, request_id }) };
};
