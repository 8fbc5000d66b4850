import { expect, it } from "vitest";
import document from "../../../docs/reference/openapi.json" with { type: "json" };
import { api } from "../../../lambdas/http/api.ts";
import { serveRoot } from "../../../lambdas/routes/root.ts";
import { conforming } from "../../support/conforming.ts";
import { gatewayEvent } from "../../support/events.ts";

const publicUrl = "https://api.example.com/prod";
const handle = conforming("GET", "/", api({ "GET /": serveRoot(document, publicUrl) }, publicUrl));

it("GET / names the API and links to its document, under the public URL", async () => {
  const { statusCode, body } = await handle(gatewayEvent({ method: "GET", resource: "/", apiKeyId: null }));
  expect([statusCode, JSON.parse(body)]).toEqual([
    200,
    {
      name: "fal-jobs",
      description: document.info.summary,
      links: { openapi: `${publicUrl}/openapi.json`, health: `${publicUrl}/health` },
    },
  ]);
});
