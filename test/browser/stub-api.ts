import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buildPage } from "../../console/build.ts";
import type { Job } from "../../console/types.ts";
import { toRequest } from "../../lambdas/http/request.ts";
import { serveRoot } from "../../lambdas/routes/root.ts";
import { gatewayEvent } from "../support/events.ts";

/**
 * An API for the console that answers with whatever jobs a test makes up, also such as the real one would never have.
 * The page is the real one, with its real headers.
 */
export async function startStubApi(jobs: readonly Job[]) {
  const page = await buildPage();
  let origin = "";
  const server = createServer(async ({ url = "/", headers }, response) => {
    const { pathname, searchParams } = new URL(url, origin);
    if (pathname === "/") {
      const event = gatewayEvent({
        method: "GET",
        resource: "/",
        apiKeyId: null,
        headers: { accept: headers.accept ?? "" },
      });
      const route = serveRoot({ info: { title: "fal-jobs", summary: "" } }, page, origin);
      const { status, headers: told = {}, text } = await route(toRequest(event, 0));
      return response.writeHead(status, told).end(text);
    }
    const [, name, id, more] = pathname.split("/");
    if (name === "jobs" && id === undefined) return json(response, listOf(jobs, searchParams));
    const job = jobs.find((each) => each.id === id);
    if (name === "jobs" && job && more === undefined) return json(response, job);
    if (name === "health") return json(response, { status: "ok", table: "ok", fal_key: "configured" });
    json(response, { status: 404, code: "not_found", detail: "There is nothing at this path." }, 404);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listOf(jobs: readonly Job[], query: URLSearchParams) {
  const start = Number(query.get("cursor") ?? 0);
  const end = start + Number(query.get("limit") ?? 20);
  return { data: jobs.slice(start, end), ...(end < jobs.length && { next_cursor: String(end) }) };
}

function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
