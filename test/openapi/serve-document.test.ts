import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { bundling } from "../../infra/bundling.ts";
import { api } from "../../lambdas/http/api.ts";
import { serveDocument } from "../../lambdas/routes/openapi.ts";
import { openApiDocument } from "../../openapi/document.ts";
import { conforming } from "../support/conforming.ts";
import { gatewayEvent } from "../support/events.ts";

const root = new URL("../..", import.meta.url).pathname;
const document = openApiDocument({ publicUrl: "http://localhost:4000", allowsLoopbackCallbacks: true });
const handle = conforming("GET", "/openapi.json", api(serveDocument(document)));

function get(headers: Record<string, string> = {}) {
  return handle(gatewayEvent({ method: "GET", resource: "/openapi.json", headers, apiKeyId: null }));
}

describe("GET /openapi.json", () => {
  it("gives the document of the API that is asked, to be kept for five minutes", async () => {
    const { statusCode, headers, body } = await get();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ "content-type": "application/json", "cache-control": "public, max-age=300" });
    expect(JSON.parse(body)).toMatchObject({ openapi: "3.1.1", servers: [{ url: "http://localhost:4000" }] });
  });

  it("answers 304 to a caller that has it", async () => {
    const { headers } = await get();
    expect(await get({ "If-None-Match": String(headers?.etag) })).toMatchObject({ statusCode: 304, body: "" });
  });

  it("takes none of AWS's clients along", async () => {
    const { metafile } = await build({
      entryPoints: [`${root}/lambdas/functions/openapi.ts`],
      absWorkingDir: root,
      bundle: true,
      write: false,
      metafile: true,
      platform: "node",
      format: "esm",
      target: bundling.target,
      mainFields: bundling.mainFields,
    });
    const files = Object.keys(metafile.inputs);
    expect(files).toContain("openapi/document.ts");
    expect(files.filter((file) => /@aws-sdk\/(client|lib)-/.test(file))).toEqual([]);
  });
});
