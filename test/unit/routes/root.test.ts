import { expect, it } from "vitest";
import document from "../../../docs/reference/openapi.json" with { type: "json" };
import { api } from "../../../lambdas/http/api.ts";
import { serveRoot } from "../../../lambdas/routes/root.ts";
import { conforming } from "../../support/conforming.ts";
import { gatewayEvent } from "../../support/events.ts";

const publicUrl = "https://api.example.com/prod";
const page = { html: '<meta content="PUBLIC_URL">', script: "sha256-a", style: "sha256-b" };
const handle = conforming("GET", "/", api({ "GET /": serveRoot(document, page, publicUrl) }, publicUrl));

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

const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const serve = (url: string, headers: Record<string, string> = browser) =>
  api(
    { "GET /": serveRoot(document, page, url) },
    url,
  )(gatewayEvent({ method: "GET", resource: "/", apiKeyId: null, headers }));

it("A19: GET / is the console for a browser, with the public URL in it, and a policy by hash", async () => {
  const { statusCode, body, headers } = await serve(publicUrl);
  expect([statusCode, body]).toEqual([200, '<meta content="https://api.example.com/prod">']);
  expect(headers).toMatchObject({ "content-type": "text/html; charset=utf-8", vary: "accept, accept-encoding" });
  const policy = String(headers?.["content-security-policy"]);
  expect(policy).toContain("default-src 'none'; script-src 'sha256-a'; style-src 'sha256-b';");
  expect(policy).toContain("connect-src 'self' https://api.example.com https:;");
  expect(policy).not.toContain("unsafe");
});

it("GET / lets the console reach storage on this machine only where the API itself is on this machine", async () => {
  const { headers } = await serve("http://localhost:4000");
  expect(headers?.["content-security-policy"]).toContain("media-src http://localhost:* http://127.0.0.1:*");
});

it("GET / answers 304 to a browser that has this version of the console", async () => {
  const { headers } = await serve(publicUrl);
  const again = await serve(publicUrl, { ...browser, "if-none-match": String(headers?.etag) });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
});

it("GET / keeps a strange public URL inside its attribute", async () => {
  const { body } = await serve('https://api.example.com/"><script>');
  expect(body).toBe('<meta content="https://api.example.com/&quot;>&lt;script>">');
});
