import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { gatewayEvent } from "./events.ts";
import type { MemoryService } from "./memory-service.ts";

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;

/** A `fetch` whose network is the service in memory, as API Gateway would hand requests over to it. */
export function memoryFetch(service: MemoryService): (request: Request) => Promise<Response> {
  const routes: readonly (readonly [string, string, Handler])[] = [
    ["POST", "/jobs", service.submit],
    ["GET", "/jobs", service.list],
    ["POST", "/jobs/batch", service.batch],
    ["POST", "/jobs/validate", service.validate],
    ["GET", "/jobs/{id}", service.get],
    ["DELETE", "/jobs/{id}", service.delete],
    ["GET", "/jobs/{id}/video", service.video],
    ["POST", "/uploads", service.upload],
    ["GET", "/callback-secret", service.secret],
  ];
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const path = pathname.replace(/^\/prod/, "");
    for (const [method, resource, handle] of routes) {
      const found = new RegExp(`^${resource.replace("{id}", "(?<id>[^/]+)")}$`).exec(path);
      if (method !== request.method || found === null) continue;
      const event = gatewayEvent({
        method,
        resource,
        path,
        pathParameters: { ...found.groups },
        query: Object.fromEntries(searchParams),
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
      });
      return toResponse(await handle(event));
    }
    throw new Error(`The service in memory has no ${request.method} ${path}.`);
  };
}

function toResponse({ statusCode, headers, body }: APIGatewayProxyResult): Response {
  const told = Object.entries(headers ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(body === "" ? null : body, { status: statusCode, headers: told });
}
