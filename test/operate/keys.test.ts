import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFunctionApi } from "../../local/stack/function-api.ts";
import { localCaller } from "../../local/stack/locality.ts";
import type { Installation } from "../../operate/connect.ts";
import { createKey, enableKey, listKeys, ownerOfKey, revokeKey } from "../../operate/keys.ts";
import { changeSettings, ownersIn } from "../../operate/settings-file.ts";
import { templateOf } from "../infra/templates.ts";
import { startApiGateway } from "./api-gateway.ts";

let gateway: Awaited<ReturnType<typeof startApiGateway>>;
let lambda: Awaited<ReturnType<typeof startFunctionApi>>;
let folder: string;
let deployed: Record<string, string>;
let installation: Installation;
const file = () => join(folder, "settings", "default.json");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fal-jobs-keys-"));
  gateway = await startApiGateway();
  deployed = {};
  lambda = await startFunctionApi([{ id: "SubmitFunction", largestEventAgeMs: 1 }], {
    invoke: async () => ({ kind: "failed", reason: "unused" }),
    environmentOf: () => ({ OWNERS: JSON.stringify(deployed) }),
  });
  const aws = (service: string) => ({ endpoint: service === "lambda" ? lambda.url : gateway.url, ...localCaller });
  const resourceOf = (id: string) => id;
  installation = {
    name: "test",
    isLocal: false,
    tableName: "",
    client: { send: async () => {} } as never,
    aws,
    resourceOf,
  };
});

afterEach(async () => {
  gateway.close();
  await lambda.close();
  await rm(folder, { recursive: true });
});

const studio = () => ({ name: "studio", owner: "studio", budget: 50, settingsFile: file() });

describe("the keys of a stack", () => {
  it("P24: a key with an owner is disabled until its owner is deployed", async () => {
    const key = await createKey(installation, studio());
    expect(key).toMatchObject({ owner: "studio", enabled: false, value: "secret-1" });
    expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({
      owners: { [key.id]: "studio" },
      dailyBudgets: { studio: 50 },
    });
    const owners = await ownersIn(file());
    await expect(enableKey(installation, key.id, owners)).rejects.toThrow("not deployed yet");
    expect(gateway.keys.get(key.id)?.enabled).toBe(false);
    deployed = { [key.id]: "studio" };
    expect(await enableKey(installation, key.id, owners)).toMatchObject({ owner: "studio", enabled: true });
  });

  it("a key without an owner is its own, and works at once", async () => {
    const key = await createKey(installation, { ...studio(), owner: undefined });
    expect(key).toMatchObject({ owner: key.id, enabled: true });
    await expect(readFile(file())).rejects.toThrow("ENOENT");
    expect(await listKeys(installation)).toEqual([{ id: key.id, name: "studio", enabled: true, owner: key.id }]);
  });

  it("the other key of an owner without a name belongs to the first key, and stays when that is revoked", async () => {
    const first = await createKey(installation, { ...studio(), owner: undefined });
    const owner = await ownerOfKey(installation, first.id);
    const second = await createKey(installation, { ...studio(), owner, budget: undefined });
    expect(await ownersIn(file())).toEqual({ [second.id]: first.id });
    await revokeKey(installation, first.id);
    expect((await listKeys(installation)).map(({ id }) => id)).toEqual([second.id]);
  });

  it("a settings file keeps what keys do not change, and a broken one is left as it is", async () => {
    await changeSettings(file(), "a", "one");
    await writeFile(file(), JSON.stringify({ retentionDays: 40, owners: { b: "two" } }));
    await changeSettings(file(), "c", "three", 5);
    expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({
      retentionDays: 40,
      owners: { b: "two", c: "three" },
      dailyBudgets: { three: 5 },
    });
    await writeFile(file(), "{ broken");
    await expect(changeSettings(file(), "d", "four")).rejects.toThrow("expected a JSON object");
    expect(await readFile(file(), "utf8")).toBe("{ broken");
  });

  it("a local stack has the keys of its variable", async () => {
    await expect(listKeys({ ...installation, isLocal: true })).rejects.toThrow("API_KEYS");
  });

  it("the usage plan has the name by which keys find it", async () => {
    const plans = (await templateOf("default")).findResources("AWS::ApiGateway::UsagePlan");
    expect(Object.keys(plans)).toEqual(["JobApiUsagePlan02C16DCB"]);
  });
});
