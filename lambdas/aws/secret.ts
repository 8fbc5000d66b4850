import { SECRET_TIMEOUT_MS } from "../limits.ts";

/** Gives a secret's value. Throws when Secrets Manager cannot be asked. */
export type ReadSecret = () => Promise<string | undefined>;

/** Reads the secret's value; a secret without a value, or with an empty one, reads as undefined (rule A8). */
export function secretReader(secretId: string): ReadSecret {
  return async () => {
    const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
    const client = new SecretsManagerClient({
      requestHandler: { requestTimeout: SECRET_TIMEOUT_MS, throwOnRequestTimeout: true },
    });
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
      return SecretString?.trim() || undefined;
    } catch (error) {
      if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
      throw error;
    }
  };
}

/** A secret that always has a value and never changes, read once. Throws when it cannot be had; then it is asked for again next time. */
export function readOnce(readSecret: ReadSecret): () => Promise<string> {
  let known: string | undefined;
  return async () => {
    known ??= await readSecret();
    if (known === undefined) throw new Error("The stack's master secret has no value.");
    return known;
  };
}
