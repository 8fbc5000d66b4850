import {
  APIGatewayClient,
  CreateApiKeyCommand,
  CreateUsagePlanKeyCommand,
  DeleteApiKeyCommand,
  GetApiKeyCommand,
  paginateGetUsagePlanKeys,
  UpdateApiKeyCommand,
} from "@aws-sdk/client-api-gateway";
import { type Installation, OpsError } from "./connect.ts";
import { environmentOf } from "./functions.ts";
import { changeSettings } from "./settings-file.ts";

/** An API key of the stack. Its value is shown once, when it is created. */
export interface Key {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** As the deployed functions see it. */
  readonly owner: string;
  readonly value?: string | undefined;
}

export interface NewKey {
  readonly name: string;
  /** Undefined: the key is its own owner. */
  readonly owner: string | undefined;
  /** The owner's daily budget in US dollars; undefined: as it is. */
  readonly budget: number | undefined;
  readonly settingsFile: string;
}

const USAGE_PLAN = "JobApiUsagePlan02C16DCB";

/**
 * Creates an API key and adds it to the stack's usage plan. Which owner a key has is a setting of the deployment. So a
 * key with an owner is written to the settings file, and stays disabled until that is deployed: otherwise its first jobs
 * would belong to nobody but the key (rule P24).
 */
export async function createKey(
  installation: Installation,
  { name, owner, budget, settingsFile }: NewKey,
): Promise<Key> {
  const client = openGateway(installation);
  const made = await client.send(new CreateApiKeyCommand({ name, enabled: owner === undefined }));
  const id = made.id ?? "";
  if (owner !== undefined) await changeSettings(settingsFile, id, owner, budget);
  await client.send(
    new CreateUsagePlanKeyCommand({ usagePlanId: installation.resourceOf(USAGE_PLAN), keyId: id, keyType: "API_KEY" }),
  );
  return { id, name, enabled: owner === undefined, owner: owner ?? id, value: made.value };
}

export async function listKeys(installation: Installation): Promise<readonly Key[]> {
  const client = openGateway(installation);
  const owners = await deployedOwners(installation);
  const keys: Key[] = [];
  const pages = paginateGetUsagePlanKeys({ client }, { usagePlanId: installation.resourceOf(USAGE_PLAN) });
  for await (const { items = [] } of pages)
    for (const { id = "" } of items) {
      const { name = "", enabled = false } = await client.send(new GetApiKeyCommand({ apiKey: id }));
      keys.push({ id, name, enabled, owner: owners[id] ?? id });
    }
  return keys;
}

/** Lets callers use a key. Throws OpsError if the settings give it an owner that is not deployed yet. */
export async function enableKey(installation: Installation, id: string, owners: Readonly<Record<string, string>>) {
  const deployed = (await deployedOwners(installation))[id];
  if (owners[id] !== deployed)
    throw new OpsError(`the owner of the key ${id} is not deployed yet: npx cdk deploy, and then enable it`);
  const patchOperations = [{ op: "replace" as const, path: "/enabled", value: "true" }];
  const key = await openGateway(installation).send(new UpdateApiKeyCommand({ apiKey: id, patchOperations }));
  return { id, name: key.name ?? "", enabled: key.enabled === true, owner: deployed ?? id };
}

/** Deletes a key. Its owner's jobs stay. */
export async function revokeKey(installation: Installation, id: string): Promise<void> {
  await openGateway(installation).send(new DeleteApiKeyCommand({ apiKey: id }));
}

/** The owner of a key, as the deployed functions see it. */
export async function ownerOfKey(installation: Installation, id: string): Promise<string> {
  return (await deployedOwners(installation))[id] ?? id;
}

async function deployedOwners(installation: Installation): Promise<Readonly<Record<string, string>>> {
  return JSON.parse((await environmentOf(installation, "submit")).OWNERS || "{}");
}

function openGateway(installation: Installation): APIGatewayClient {
  if (installation.isLocal)
    throw new OpsError("a local stack has the API keys of the variable API_KEYS: set it, and start the stack again");
  return new APIGatewayClient(installation.aws("apigateway"));
}
