import { SECRET_TIMEOUT_MS } from "../limits.ts";

/** Reads a secret's value. Throws when Secrets Manager is unavailable. */
export type ReadSecret = () => Promise<string | undefined>;

/** Reads a secret. A secret without a value, or with an empty one, is undefined (rule A8). */
export function secretReader(secretId: string): ReadSecret {
  return async () => {
    const { GetSecretValueCommand } = await import("@aws-sdk/client-secrets-manager");
    const client = await openClient();
    const found = await orUndefined(client.send(new GetSecretValueCommand({ SecretId: secretId })));
    return found?.SecretString?.trim() || undefined;
  };
}

/** Whether a secret has a value. This needs no right to read it. Throws when Secrets Manager is unavailable. */
export function secretProbe(secretId: string): () => Promise<boolean> {
  return async () => {
    const { DescribeSecretCommand } = await import("@aws-sdk/client-secrets-manager");
    const client = await openClient();
    const found = await orUndefined(client.send(new DescribeSecretCommand({ SecretId: secretId })));
    return Object.values(found?.VersionIdsToStages ?? {}).some((stages) => stages.includes("AWSCURRENT"));
  };
}

async function openClient() {
  const { SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  return new SecretsManagerClient({
    requestHandler: { requestTimeout: SECRET_TIMEOUT_MS, throwOnRequestTimeout: true },
  });
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/**
 * Reads a secret once and keeps it: it always has a value and never changes. Throws when it is unavailable; the next
 * call tries again.
 */
export function cached(readSecret: ReadSecret): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    known ??= await readSecret();
    if (known === undefined) throw new Error("The stack's master secret has no value.");
    return known;
  };
}
