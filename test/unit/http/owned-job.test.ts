import { expect, it } from "vitest";
import { gatewayEvent } from "../../support/events.ts";
import { oneJob } from "../../support/one-job.ts";

it.each([["key-id"], ["key-id-11"], ["KEY-ID-1"], [""]])(
  "a job of key-id-1 is a 404 for %j: owners are compared whole",
  async (apiKeyId) => {
    const scene = oneJob();
    await scene.submit();
    const event = (change: object) => gatewayEvent({ pathParameters: { id: scene.row().id }, headers: {}, ...change });
    expect((await scene.service.get(event({ method: "GET", apiKeyId }))).statusCode).toBe(404);
    expect((await scene.service.cancel(event({ apiKeyId }))).statusCode).toBe(404);
    expect((await scene.service.get(event({ method: "GET" }))).statusCode).toBe(200);
  },
);
