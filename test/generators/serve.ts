import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { memoryFetch } from "../support/memory-fetch.ts";
import type { MemoryService } from "../support/memory-service.ts";

/** Serves the service in memory on loopback until the end of the test. Returns its base URL. */
export async function serveMemory(service: MemoryService): Promise<string> {
  const answer = memoryFetch(service);
  const server = createServer(async (incoming, outgoing) => {
    const { method = "GET", url = "/" } = incoming;
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const body = method === "POST" ? await text(incoming) : null;
    const response = await answer(new Request(new URL(url, "http://127.0.0.1"), { method, headers, body }));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
