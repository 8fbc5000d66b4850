// The other half of what tutorials show: verify fal's signature as its documentation says, read the row, write it.
// https://fal.ai/docs/documentation/model-apis/inference/webhooks (the documentation's code uses libsodium; Node's own
// crypto does the same and loads faster, which favours the rival).
import { createHash, createPublicKey, verify } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyEvent } from "aws-lambda";

const { TABLE_NAME, FAL_ENDPOINT_URL } = process.env;
const keysUrl = `${FAL_ENDPOINT_URL ?? "https:/"}/rest.fal.ai/.well-known/jwks.json`;
const keysMaxAgeMs = 24 * 60 * 60 * 1000;
const mostSecondsApart = 300;
const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
let keys: { readonly x: string; readonly kty: string; readonly crv: string }[] = [];
let keysReadAt = 0;

/** `POST /webhook` */
export const handler = async (event: APIGatewayProxyEvent) => {
  const body = event.body ?? "";
  if (!(await isGenuine(event.headers, body))) return { statusCode: 401, body: "" };
  const { status, payload, error } = JSON.parse(body);
  const id = event.pathParameters?.id;
  const { Item } = await table.send(new GetCommand({ TableName: TABLE_NAME, Key: { id } }));
  if (Item === undefined) return { statusCode: 404, body: "" };
  if (Item.status === "PENDING") {
    const settled = { ...Item, status: status === "OK" ? "COMPLETED" : "FAILED", result: payload, error };
    await table.send(new PutCommand({ TableName: TABLE_NAME, Item: settled }));
  }
  return { statusCode: 200, body: "" };
};

async function isGenuine(headers: APIGatewayProxyEvent["headers"], body: string): Promise<boolean> {
  const requestId = headers["X-Fal-Webhook-Request-Id"] ?? "";
  const userId = headers["X-Fal-Webhook-User-Id"] ?? "";
  const timestamp = headers["X-Fal-Webhook-Timestamp"] ?? "";
  const signature = Buffer.from(headers["X-Fal-Webhook-Signature"] ?? "", "hex");
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > mostSecondsApart) return false;
  const message = [requestId, userId, timestamp, createHash("sha256").update(body).digest("hex")].join("\n");
  return (await readKeys()).some((key) =>
    verify(null, Buffer.from(message), createPublicKey({ key, format: "jwk" }), signature),
  );
}

async function readKeys() {
  if (Date.now() - keysReadAt > keysMaxAgeMs) {
    ({ keys } = (await (await fetch(keysUrl)).json()) as { keys: typeof keys });
    keysReadAt = Date.now();
  }
  return keys;
}
