import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataFolder } from "../../local/stack/data-folder.ts";
import { type Secrets, secretValues, startSecrets } from "../../local/stack/secrets.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { smallTemplate } from "./small-template.ts";

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
  it("the secrets endpoint answers the real client with the secret's value", async () => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: "arn:secret" }));
    expect(answer.SecretString).toBe("the key");
  });

  it("the secrets endpoint describes a secret without its value", async () => {
    const answer = await client.send(new DescribeSecretCommand({ SecretId: "arn:secret" }));
    expect(answer.VersionIdsToStages).toEqual({ local: ["AWSCURRENT"] });
    expect(JSON.stringify(answer)).not.toContain("the key");
  });

  it("the secrets endpoint does not have any other secret", async () => {
    const asking = client.send(new GetSecretValueCommand({ SecretId: "arn:other" }));
    await expect(asking).rejects.toBeInstanceOf(ResourceNotFoundException);
  });

  it("the secrets endpoint reveals nothing to a caller that knows only its port", async () => {
    const response = await fetch(new URL("/", secrets.url), {
      method: "POST",
      headers: { "x-amz-target": "secretsmanager.GetSecretValue" },
      body: JSON.stringify({ SecretId: "arn:secret" }),
    });
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("the key");
  });
});

describe("a secret's value", () => {
  const Made = { Type: "AWS::SecretsManager::Secret", Properties: { GenerateSecretString: {} } };
  const template = { Resources: { ...smallTemplate.Resources, Made } };
  const { secrets: specs } = readTemplate(template, new Map([["echo", "/nowhere"]]));

  it("a secret's value is fal's key, or random and the same at every start where AWS would generate it", async () => {
    const path = await mkdtemp(join(tmpdir(), "fal-jobs-secrets-"));
    const start = async () => {
      const folder = await openDataFolder(path, 0);
      const values = await secretValues(specs, "fal's key", folder);
      await folder.close();
      return [...values];
    };
    const first = await start();
    expect(first).toEqual([
      [expect.stringMatching(/:secret:Secret$/), "fal's key"],
      [expect.stringMatching(/:secret:Made$/), expect.stringMatching(/^[\w-]{43}$/)],
    ]);
    expect(await start()).toEqual(first);
    await rm(path, { recursive: true });
  });
});
