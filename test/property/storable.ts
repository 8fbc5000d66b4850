import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { isWellFormed } from "../../lambdas/contract/text.ts";

/** DynamoDB's own limits: of nesting, of an item's bytes, of a number's size. */
const LEVELS_MAX = 32;
const ITEM_MAX_BYTES = 400 * 1024;
const NUMBER = { min: 1e-130, max: 1e126 };

/** What DynamoDB or its client would reject about a row; nothing if it can be stored. */
export async function faultsOf(row: object): Promise<readonly string[]> {
  const sent: { text?: string } = {};
  const client = clientInto(sent);
  try {
    await client.send(new PutCommand({ TableName: "jobs", Item: { ...row } }));
  } catch (error) {
    if (sent.text === undefined) return [`the client refuses it: ${error}`];
  }
  const { Item } = JSON.parse(sent.text ?? "{}");
  const bytes = Buffer.byteLength(JSON.stringify(Item));
  return [...(bytes > ITEM_MAX_BYTES ? [`it has ${bytes} bytes`] : []), ...faultsIn({ M: Item }, 0)];
}

/** The service's own client, over a network that the test controls. */
function clientInto(sent: { text?: string }) {
  const handle = async ({ body }: { readonly body?: unknown }): Promise<never> => {
    sent.text = typeof body === "string" ? body : Buffer.from(body as Uint8Array).toString("utf8");
    throw new Error("sent");
  };
  const client = new DynamoDBClient({
    region: "us-east-1",
    credentials: { accessKeyId: "id", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: { handle } as never,
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

/** An attribute value has exactly one type, and its content matches that type. */
function faultsIn(value: unknown, level: number): string[] {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [[type, content] = ["", undefined]] = entries;
  if (entries.length !== 1) return [`${JSON.stringify(value)} is no attribute value`];
  if (level > LEVELS_MAX) return [`it is nested more than ${LEVELS_MAX} levels deep`];
  switch (type) {
    case "S":
      return typeof content === "string" && isWellFormed(content) ? [] : [`${JSON.stringify(content)} is no text`];
    case "N":
      return isNumber(content) ? [] : [`${JSON.stringify(content)} is no number`];
    case "BOOL":
    case "NULL":
      return typeof content === "boolean" ? [] : [`${JSON.stringify(content)} is no ${type}`];
    case "L":
      return Array.isArray(content) ? content.flatMap((each) => faultsIn(each, level + 1)) : ["a list is none"];
    case "M":
      return Object.entries(content as object).flatMap(([name, each]) => [
        ...(name === "" || !isWellFormed(name) ? ["a name is empty, or no text"] : []),
        ...faultsIn(each, level + 1),
      ]);
    default:
      return [`${type} is no type`];
  }
}

function isNumber(text: unknown): boolean {
  const size = Math.abs(Number(text));
  return typeof text === "string" && (size === 0 || (size >= NUMBER.min && size < NUMBER.max));
}
