import { openApiDocument } from "../../openapi/document.ts";
import { api } from "../http/api.ts";
import { serveDocument } from "../routes/openapi.ts";
import { environment } from "./environment.ts";

/** `GET /openapi.json` */
export const handler = api(serveDocument(openApiDocument(environment.site())));
