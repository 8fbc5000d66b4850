import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Secrets, startSecrets } from "../../local/stack/secrets.ts";

let secrets: Secrets;
let client: SecretsManagerClient;

beforeAll(async () => {
  secrets = await startSecrets(new Map([["arn:secret", "the key"]]));
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  client = new SecretsManagerClient({ endpoint: secrets.url, region: "us-east-1", credentials });
});

afterAll(async () => {
  client.destroy();
  await secrets.close();
});

describe("the secrets endpoint", () => {
  it("answers the real client with the secret's value", async () => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: "arn:secret" }));
    expect(answer.SecretString).toBe("the key");
  });

  it("does not know another secret", async () => {
    const asking = client.send(new GetSecretValueCommand({ SecretId: "arn:other" }));
    await expect(asking).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it("tells nothing to whom knows its port alone", async () => {
    const response = await fetch(new URL("/", secrets.url), {
      method: "POST",
      headers: { "x-amz-target": "secretsmanager.GetSecretValue" },
      body: JSON.stringify({ SecretId: "arn:secret" }),
    });
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("the key");
  });
});
