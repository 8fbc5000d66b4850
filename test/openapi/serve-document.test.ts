import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import published from "../../docs/reference/openapi.json" with { type: "json" };
import { bundling } from "../../infra/bundling.ts";
import { api } from "../../lambdas/http/api.ts";
import { serveDocument } from "../../lambdas/routes/openapi.ts";
import { conforming } from "../support/conforming.ts";
import { gatewayEvent } from "../support/events.ts";

const root = new URL("../..", import.meta.url).pathname;
const publicUrl = "http://localhost:4000";
const route = serveDocument(published, publicUrl);
const handle = conforming("GET", "/openapi.json", api({ "GET /openapi.json": route }, publicUrl));

function get(headers: Record<string, string> = {}) {
  return handle(gatewayEvent({ method: "GET", resource: "/openapi.json", headers, apiKeyId: null }));
}

describe("GET /openapi.json", () => {
  it("GET /openapi.json returns the document with the API's own address, cacheable for five minutes", async () => {
    const { statusCode, headers, body } = await get();
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "cache-control": "public, max-age=300",
      vary: "accept-encoding",
    });
    expect(JSON.parse(body)).toEqual({ ...published, servers: [{ url: publicUrl }] });
  });

  it("GET /openapi.json answers 304 to a caller that has it", async () => {
    const { headers } = await get();
    expect(await get({ "If-None-Match": String(headers?.etag) })).toMatchObject({ statusCode: 304, body: "" });
  });

  it("GET /openapi.json loads neither AWS clients nor the schemas that the document was generated from", async () => {
    const { metafile } = await build({
      entryPoints: [`${root}/lambdas/functions/public.ts`],
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
    expect(files).toContain("docs/reference/openapi.json");
    expect(files.filter((file) => /@aws-sdk\/(client|lib)-|^openapi\/|\/zod\//.test(file))).toEqual([]);
  });
});
