import type { HttpAnswer, Route } from "../http/api.ts";
import { namesEtag } from "../http/etag.ts";
import type { HttpRequest } from "../http/request.ts";
import { digest } from "../job/identity.ts";
import { CONSOLE_MAX_AGE_SECONDS } from "../limits.ts";

/** The console: a page in one piece, and the hashes of its script and style as a Content-Security-Policy names them. */
export interface ConsolePage {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

/** What the page has in the place of the base URL of the API. */
const BASE_PLACE = "PUBLIC_URL";

/**
 * `GET /`: the console for a browser; for other clients what answers at `publicUrl`, and where to read on. A browser is
 * known by `text/html` in its `Accept`.
 */
export function serveRoot(
  { info }: { readonly info: Readonly<Record<"title" | "summary", string>> },
  page: ConsolePage,
  publicUrl: string,
): Route {
  const links = { openapi: `${publicUrl}/openapi.json`, health: `${publicUrl}/health` };
  const body = { name: info.title, description: info.summary, links };
  const vary = "accept, accept-encoding";
  const forBrowsers = serveConsole(page, publicUrl, vary);
  return (request) => (wantsHtml(request) ? forBrowsers(request) : { status: 200, headers: { vary }, body });
}

function serveConsole(page: ConsolePage, publicUrl: string, vary: string) {
  const text = page.html.replace(BASE_PLACE, () => escapeAttribute(publicUrl));
  const etag = `"${digest(text).slice(0, 32)}"`;
  const headers = {
    etag,
    vary,
    "cache-control": `public, max-age=${CONSOLE_MAX_AGE_SECONDS}`,
    "content-security-policy": policyOf(page, publicUrl),
    "referrer-policy": "no-referrer",
  };
  return (request: HttpRequest): HttpAnswer =>
    namesEtag(request, etag)
      ? { status: 304, headers }
      : { status: 200, headers: { ...headers, "content-type": "text/html; charset=utf-8" }, text };
}

/**
 * Only the page's own script and style run. It calls the API; it sends pictures to and plays videos from storage, whose
 * hosts are not known here: they are on https, or on this machine.
 */
function policyOf({ script, style }: ConsolePage, publicUrl: string): string {
  const storage = publicUrl.startsWith("http:") ? "http://localhost:* http://127.0.0.1:*" : "https:";
  return [
    "default-src 'none'",
    `script-src '${script}'`,
    `style-src '${style}'`,
    "img-src 'self' blob: data:",
    `media-src ${storage} data:`,
    `connect-src 'self' ${new URL(publicUrl).origin} ${storage}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function wantsHtml({ headers }: HttpRequest): boolean {
  return (headers.get("accept") ?? []).some((value) => value.toLowerCase().includes("text/html"));
}

function escapeAttribute(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
}
