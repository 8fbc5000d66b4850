import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDataFolder } from "../../local/stack/data-folder.ts";
import type { Engine } from "../../local/stack/engine.ts";
import { chooseEngine, startEngine } from "../../local/stack/engines.ts";
import { reindex } from "../../local/stack/reindex.ts";
import { createTables } from "../../local/stack/tables.ts";
import { readTemplate } from "../../local/stack/template.ts";
import { java } from "../support/engines.ts";
import { smallTemplate } from "./small-template.ts";

const { tables } = readTemplate(smallTemplate, new Map([["echo", "/nowhere"]]));
let dataDir: string;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "fal-jobs-engine-"));
});

afterAll(() => rm(dataDir, { recursive: true }));

async function withClient<T>(engine: Engine, use: (client: DynamoDBClient) => Promise<T>): Promise<T> {
  const credentials = { accessKeyId: "other", secretAccessKey: "other" };
  const client = new DynamoDBClient({ endpoint: engine.url, region: "eu-west-1", credentials });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

const item = { id: { S: "one" }, shard: { S: "0" }, due_at: { N: "7" } };
const due = {
  TableName: "Table",
  IndexName: "byDue",
  KeyConditionExpression: "#shard = :shard",
  ExpressionAttributeNames: { "#shard": "shard" },
  ExpressionAttributeValues: { ":shard": { S: "0" } },
};

describe.each(["dynalite", "java"] as const)("the %s engine", (kind) => {
  const runs = kind === "dynalite" || java;

  it.runIf(runs)("keeps tables, items and indexes across restarts", async () => {
    const first = await startEngine({ kind, dataDir });
    await createTables(first.url, tables);
    await withClient(first, (client) => client.send(new PutItemCommand({ TableName: "Table", Item: item })));
    await first.close();

    const second = await startEngine({ kind, dataDir });
    await createTables(second.url, tables);
    const found = await withClient(second, (client) =>
      client.send(new GetItemCommand({ TableName: "Table", Key: { id: item.id } })),
    );
    const page = await withClient(second, (client) => client.send(new QueryCommand(due)));
    await second.close();
    expect(found.Item).toEqual(item);
    expect(page.Items).toEqual([item]);
  });

  it.runIf(runs)("stores nothing without a data folder, and its tables are ready immediately", async () => {
    const engine = await startEngine({ kind });
    await createTables(engine.url, tables);
    const table = await withClient(engine, (client) => client.send(new DescribeTableCommand({ TableName: "Table" })));
    const found = await withClient(engine, (client) =>
      client.send(new GetItemCommand({ TableName: "Table", Key: { id: item.id } })),
    );
    await engine.close();
    expect(table.Table?.TableStatus).toBe("ACTIVE");
    expect(found.Item).toBeUndefined();
  });
});

describe.each(["dynalite", "java"] as const)("the %s engine's address", (kind) => {
  it.runIf(kind === "dynalite" || java)("is 127.0.0.1 only, so that it cannot be reached from outside", async () => {
    const engine = await startEngine({ kind });
    // A server that listens on all interfaces would answer on any other address of the machine, including the
    // loopback's second one.
    await expect(fetch(engine.url.replace("127.0.0.1", "127.0.0.2"))).rejects.toThrow("fetch failed");
    await engine.close();
  });
});

describe("dynalite", () => {
  it("dynalite continues when a request breaks off half way", async () => {
    const engine = await startEngine({ kind: "dynalite" });
    const socket = connect(Number(new URL(engine.url).port), "127.0.0.1");
    socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    await once(socket, "connect");
    socket.destroy();
    await createTables(engine.url, tables);
    await engine.close();
  });

  it("dynalite finds every item in its indexes after they are written again", async () => {
    const engine = await startEngine({ kind: "dynalite" });
    await createTables(engine.url, tables);
    const Items = await withClient(engine, async (client) => {
      await client.send(new PutItemCommand({ TableName: "Table", Item: item }));
      await reindex(engine.url, tables);
      const moved = { ":due": { N: "9" } };
      const update = { Key: { id: item.id }, UpdateExpression: "SET due_at = :due", ExpressionAttributeValues: moved };
      await client.send(new UpdateItemCommand({ TableName: "Table", ...update }));
      await reindex(engine.url, tables);
      return (await client.send(new QueryCommand(due))).Items;
    });
    await engine.close();
    expect(Items).toEqual([{ ...item, due_at: { N: "9" } }]);
  });
});

describe("DynamoDB Local", () => {
  it.runIf(java)("DynamoDB Local ends when the process that started it is killed", async () => {
    const url = new URL("../../local/stack/engines.ts", import.meta.url);
    const script = `import { startEngine } from ${JSON.stringify(url)}; console.log((await startEngine({ kind: "java" })).url);`;
    const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script]);
    const [line] = await once(owner.stdout.setEncoding("utf8"), "data");
    const isUp = () =>
      fetch(String(line).trim()).then(
        () => true,
        () => false,
      );
    expect(await isUp()).toBe(true);
    owner.kill("SIGKILL");
    await expect.poll(isUp).toBe(false);
  });
});

describe("a data folder", () => {
  it("a data folder always uses the engine that it was created with", async () => {
    const folder = await openDataFolder(join(dataDir, "kept"), 0);
    expect(await chooseEngine(folder, "dynalite")).toBe("dynalite");
    expect(await chooseEngine(folder, undefined)).toBe("dynalite");
    await expect(chooseEngine(folder, "java")).rejects.toThrow("DYNAMODB_ENGINE: expected dynalite");
    await folder.close();
  });

  it("a data folder is rejected while another stack uses it, and free after that", async () => {
    const path = join(dataDir, "held");
    const first = await openDataFolder(path, 0);
    await expect(openDataFolder(path, 0)).rejects.toThrow(`another local stack is using ${path}`);
    await first.remember("engine", "java");
    await first.close();
    const second = await openDataFolder(path, 0);
    expect(await second.recall("engine")).toBe("java");
    expect(await second.recall("nothing")).toBeUndefined();
    await second.close();
  });
});
