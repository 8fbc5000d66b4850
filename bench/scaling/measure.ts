import { fork } from "node:child_process";
import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { openDynamo } from "../../lambdas/aws/dynamo.ts";
import { formatTable } from "./format.ts";

const rounds = 3_000;
const warmRounds = 500;
const atOnce = 20;

/** Prints how much processor time the steps need that the simulation's service times consist of. */
export async function measureSteps(): Promise<void> {
  const server = fork(join(import.meta.dirname, "stand-in.mjs"));
  try {
    const [port] = await once(server, "message");
    const steps = prepareSteps(`http://127.0.0.1:${port}`);
    const rows: string[][] = [["step", "processor time"]];
    for (const [name, step] of Object.entries(steps)) rows.push([name, `${(await measure(step)).toFixed(2)} ms`]);
    console.log(formatTable(rows));
  } finally {
    server.disconnect();
  }
}

function prepareSteps(url: string): Readonly<Record<string, () => unknown>> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: url, region: "us-east-1", credentials });
  const dynamo = openDynamo("jobs", DynamoDBDocumentClient.from(client));
  const item = { id: "job", version: 7, text: "x".repeat(1_800) };
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const body = Buffer.from("x".repeat(2_000));
  const message = () => createHash("sha256").update(body).digest();
  const signature = sign(null, message(), privateKey);
  return {
    "a read of a row": () => dynamo.get("job"),
    "a conditional put of a row": () =>
      dynamo.put(item, { ConditionExpression: "#v = :v", ExpressionAttributeNames: { "#v": "version" } }),
    "a GET that fetch sends": async () => (await fetch(url)).json(),
    "a webhook's signature": () => verify(null, message(), publicKey, signature),
  };
}

/** Milliseconds of this process's own time per step. */
async function measure(step: () => unknown): Promise<number> {
  await repeat(step, warmRounds);
  const before = process.cpuUsage();
  await repeat(step, rounds);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / rounds;
}

async function repeat(step: () => unknown, times: number): Promise<void> {
  let left = times;
  const work = async () => {
    while (left-- > 0) await step();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
