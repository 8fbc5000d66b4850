import { api } from "./http/api.ts";
import { openApiDocument } from "./openapi/document.ts";
import { serveDocument } from "./openapi/serve-document.ts";
import { environment } from "./settings/environment.ts";

/** `GET /openapi.json` */
export const handler = api(serveDocument(openApiDocument(environment.site())));
