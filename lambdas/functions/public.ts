import page from "../../console/dist/page.json" with { type: "json" };
import document from "../../docs/reference/openapi.json" with { type: "json" };
import { api } from "../http/api.ts";
import { errorPage } from "../routes/error-page.ts";
import { fallback } from "../routes/fallback.ts";
import { serveDocument } from "../routes/openapi.ts";
import { serveRoot } from "../routes/root.ts";
import { environment } from "./environment.ts";

const publicUrl = environment.publicUrl();

/**
 * Public documents, and the answer to every path and method that no other function handles. Its role has no
 * permissions.
 */
export const handler = api(
  {
    "GET /": serveRoot(document, page, publicUrl),
    "GET /openapi.json": serveDocument(document, publicUrl),
    "GET /errors/{code}": errorPage,
  },
  publicUrl,
  fallback(environment.routes()),
);
