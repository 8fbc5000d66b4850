import { once } from "node:events";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

interface StoredKey {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  enabled: boolean;
}

/** The part of API Gateway's control API that concerns keys, for the real SDK. */
export async function startApiGateway() {
  const keys = new Map<string, StoredKey>();
  const inPlan: string[] = [];
  const answer = (method: string, path: string, body: string): readonly [status: number, json?: unknown] => {
    const id = /^\/apikeys\/(\w+)$/.exec(path)?.[1] ?? "";
    const key = keys.get(id);
    if (method === "POST" && path === "/apikeys") {
      const { name, enabled } = JSON.parse(body);
      const made = { id: `key${keys.size + 1}`, name, enabled, value: `secret-${keys.size + 1}` };
      keys.set(made.id, made);
      return [201, made];
    }
    if (path === "/usageplans/JobApiUsagePlan02C16DCB/keys") {
      if (method === "POST") inPlan.push(JSON.parse(body).keyId);
      return method === "POST"
        ? [201, {}]
        : [200, { item: inPlan.filter((each) => keys.has(each)).map((each) => ({ id: each })) }];
    }
    if (key === undefined) return [404, { message: "Invalid API Key identifier specified" }];
    if (method === "DELETE") keys.delete(id);
    if (method === "PATCH") key.enabled = JSON.parse(body).patchOperations[0].value === "true";
    const { value: _, ...shown } = key;
    return method === "DELETE" ? [202] : [200, shown];
  };
  const server = createServer(async (request, response) => {
    const [status, json] = answer(request.method ?? "", (request.url ?? "").split("?")[0] ?? "", await text(request));
    response.writeHead(status, { "content-type": "application/json" }).end(json && JSON.stringify(json));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`,
    keys,
    inPlan,
    close: () => void server.close(),
  };
}
