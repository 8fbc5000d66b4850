import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { accountTrouble } from "../lambdas/fal/account-trouble.ts";
import { falUrl } from "../lambdas/fal/url.ts";
import type { Installation } from "./connect.ts";
import { environmentOf } from "./functions.ts";

/** What fal says to a key. */
export interface KeyTrial {
  readonly kind: "accepted" | "fal_key_refused" | "fal_account_locked" | "fal_balance_exhausted" | "unreachable";
  /** fal's own words, or why it could not be asked. */
  readonly reason?: string;
  /** fal's clock, epoch milliseconds. */
  readonly falTime?: number;
  /** Those of the endpoints that fal has a price for. */
  readonly priced?: readonly string[];
}

const timeoutMs = 10_000;
const shownCharacters = 200;

/** Asks fal for the prices of some endpoints: it costs nothing, and needs a key. */
export async function tryFalKey(
  key: string,
  falEndpointUrl: string | undefined,
  endpoints: readonly string[],
): Promise<KeyTrial> {
  const query = new URLSearchParams(endpoints.map((endpoint): [string, string] => ["endpoint_id", endpoint]));
  try {
    const response = await fetch(falUrl(`https://api.fal.ai/v1/models/pricing?${query}`, falEndpointUrl), {
      headers: { authorization: `Key ${key}` },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body = await response.text();
    const falTime = Date.parse(response.headers.get("date") ?? "") || undefined;
    const trouble = accountTrouble(response.status, body);
    const reason = `fal answered ${response.status}: ${body.slice(0, shownCharacters)}`;
    if (trouble !== undefined) return { kind: trouble, reason, ...(falTime && { falTime }) };
    // Any other refusal, such as a 429, says nothing about the key. A 404 is about endpoints, and comes after the key.
    if (!response.ok && response.status !== 404) return { kind: "unreachable", reason };
    return { kind: "accepted", ...(falTime && { falTime }), priced: pricedIn(body, endpoints) };
  } catch (error) {
    return { kind: "unreachable", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The stored key; undefined if the secret has no value. */
export async function readFalKey(installation: Installation): Promise<string | undefined> {
  const client = new SecretsManagerClient(installation.aws("secretsmanager"));
  try {
    const SecretId = await secretId(installation);
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId }));
    return SecretString || undefined;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

export async function storeFalKey(installation: Installation, SecretString: string): Promise<void> {
  const client = new SecretsManagerClient(installation.aws("secretsmanager"));
  await client.send(new PutSecretValueCommand({ SecretId: await secretId(installation), SecretString }));
}

async function secretId(installation: Installation): Promise<string | undefined> {
  return (await environmentOf(installation, "submit")).FAL_KEY_SECRET_ID;
}

function pricedIn(body: string, endpoints: readonly string[]): readonly string[] {
  return endpoints.filter((endpoint) => body.includes(`"${endpoint}"`));
}
