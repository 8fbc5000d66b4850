import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OUTAGES_BEFORE_PAUSE } from "../../lambdas/limits.ts";
import { gatewayEvent } from "../support/events.ts";
import { type Service, startService } from "../support/service.ts";

const job = { input: { prompt: "waves", image_url: "https://example.com/a.jpg" } };

describe("the submit function", () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService("dynalite");
    service.fal.world.answer = (response) => void response.writeHead(503).end("{}");
  });
  afterAll(() => service.close());

  it("the submit function stops sending on all its routes once fal was down on one of them (P17)", async () => {
    for (let outage = 0; outage < OUTAGES_BEFORE_PAUSE; outage++) expect((await service.submit(job)).status).toBe(202);
    expect(service.fal.world.posts).toHaveLength(OUTAGES_BEFORE_PAUSE);
    const { status, body } = await service.batch([job, job]);
    expect([status, body]).toMatchObject([200, { results: [{ status: 202 }, { status: 202 }] }]);
    expect(service.fal.world.posts).toHaveLength(OUTAGES_BEFORE_PAUSE);
  });

  it("A27: another instance of the submit function learns of the outage, and sends nothing", async () => {
    vi.resetModules();
    const { handler } = await import("../../lambdas/functions/submit.ts");
    const headers = { "Content-Type": "application/json" };
    const { statusCode } = await handler(gatewayEvent({ body: JSON.stringify(job), headers, apiKeyId: "key-1" }));
    expect(statusCode).toBe(202);
    expect(service.fal.world.posts).toHaveLength(OUTAGES_BEFORE_PAUSE);
  });
});
