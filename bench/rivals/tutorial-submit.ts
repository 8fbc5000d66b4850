// What tutorials show: a function that stores a row and submits to fal's queue with a webhook.
// https://fal.ai/docs/documentation/model-apis/inference/webhooks and
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-example.html
import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { fal } from "@fal-ai/client";
import type { APIGatewayProxyEvent } from "aws-lambda";

const { TABLE_NAME, FAL_KEY, FAL_ENDPOINT_URL = "", PUBLIC_URL } = process.env;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
fal.config({
  credentials: FAL_KEY,
  // The only line that is the bench's: it leads to the same loopback server as ours.
  requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https:/", FAL_ENDPOINT_URL) }),
});

/** `POST /jobs` */
export const handler = async (event: APIGatewayProxyEvent) => {
  const { input } = JSON.parse(event.body ?? "{}");
  const id = randomUUID();
  await table.send(new PutCommand({ TableName: TABLE_NAME, Item: { id, status: "PENDING", input } }));
  const { request_id } = await fal.queue.submit("decart/lucy-14b/image-to-video", {
    input,
    webhookUrl: `${PUBLIC_URL}/webhook?job=${id}`,
  });
  return { statusCode: 202, body: JSON.stringify({ id, request_id }) };
};
