import { randomBytes } from "node:crypto";
import { z } from "zod";
import { type AwsAnswer, type AwsService, startAwsService } from "./aws-service.ts";
import type { DataFolder } from "./data-folder.ts";

/** A running secrets endpoint. `url` is the value for AWS_ENDPOINT_URL_SECRETS_MANAGER. */
export type Secrets = AwsService;

/** A secret of the template: its id, and whether AWS would generate its value. */
export type SecretSpec = { readonly id: string; readonly isGenerated: boolean };

const requestSchema = z.object({ SecretId: z.string() });
const putSchema = z.object({ SecretId: z.string(), SecretString: z.string() });
const generatedBytes = 32;

/**
 * Serves Secrets Manager's GetSecretValue, PutSecretValue and DescribeSecret for the given secrets (id → value). A value
 * that was put is kept until the local stack stops.
 */
export function startSecrets(given: ReadonlyMap<string, string>): Promise<Secrets> {
  const values = new Map(given);
  const find = (input: unknown, describe: (value: string) => object): AwsAnswer => {
    const { SecretId } = requestSchema.parse(input);
    const value = values.get(SecretId);
    if (value !== undefined) return { result: { ARN: SecretId, Name: SecretId, ...describe(value) } };
    const message = "Secrets Manager can't find the specified secret.";
    return { error: { name: "ResourceNotFoundException", message } };
  };
  return startAwsService({
    "secretsmanager.GetSecretValue": (input) =>
      find(input, (SecretString) => ({ SecretString, VersionId: "local", VersionStages: ["AWSCURRENT"] })),
    "secretsmanager.PutSecretValue": (input) => {
      const { SecretId, SecretString } = putSchema.parse(input);
      const found = find(input, () => ({ VersionId: "local", VersionStages: ["AWSCURRENT"] }));
      if ("result" in found) values.set(SecretId, SecretString);
      return found;
    },
    "secretsmanager.DescribeSecret": (input) => find(input, () => ({ VersionIdsToStages: { local: ["AWSCURRENT"] } })),
  });
}

/** The value of each secret. A generated one is random and stored in the data folder; the other is fal's key. */
export async function secretValues(
  secrets: readonly SecretSpec[],
  falKey: string,
  folder: DataFolder,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const { id, isGenerated } of secrets) values.set(id, isGenerated ? await generate(id, folder) : falKey);
  return values;
}

async function generate(id: string, folder: DataFolder): Promise<string> {
  const fact = `secret ${id}`;
  const known = await folder.recall(fact);
  if (known !== undefined) return known;
  const value = randomBytes(generatedBytes).toString("base64url");
  await folder.remember(fact, value);
  return value;
}
