import type { Site } from "../lambdas/contract/site.ts";
import { describe, type Operation, problemsOf } from "./operation.ts";
import { callbacks, jobSettled } from "./operations/callbacks.ts";
import { jobCreation } from "./operations/create-jobs.ts";
import { falProxy } from "./operations/fal-proxy.ts";
import { media } from "./operations/media.ts";
import { jobReading } from "./operations/read-jobs.ts";
import { service } from "./operations/service.ts";
import { parameters } from "./parameters.ts";
import type { Part } from "./part.ts";
import { problemComponents } from "./problems.ts";
import { componentSchemas } from "./schemas.ts";

/** The OpenAPI 3.1 document of the API at `publicUrl`. */
export function openApiDocument(site: Site) {
  const operations = [...jobCreation, ...jobReading, ...media, ...callbacks, ...falProxy, ...service];
  return {
    openapi: "3.1.1",
    info,
    servers: [{ url: site.publicUrl }],
    tags,
    security: [{ apiKey: [] }],
    paths: pathsOf(operations),
    components: {
      securitySchemes: { apiKey: { type: "apiKey", in: "header", name: "x-api-key" } },
      parameters,
      responses: problemComponents(operations.map(problemsOf)),
      pathItems: { JobSettled: jobSettled },
      schemas: componentSchemas(site),
    },
  };
}

const info = {
  title: "fal-jobs",
  version: "0.1.0",
  summary: "Durable jobs for fal.ai's image-to-video models",
  description:
    "An accepted job always reaches a final status, whatever fails, and fal bills at most one render for it. A job has settled when its status is `succeeded`, `failed`, `canceled` or `expired`; this status never changes again. Bodies are JSON in snake_case and in UTF-8; in a request, null for an optional field is the same as the field left out. Times are ISO 8601 in UTC. In responses, fields without a value are left out, never null. Every error is `application/problem+json` (RFC 9457) with a stable `code`. An unknown path returns `not_found`; a method that the path does not support returns `method_not_allowed` with an `Allow` header. New fields and new codes may be added.",
  license: { name: "MIT", identifier: "MIT" },
};

const tags = [
  { name: "jobs", description: "Create, read, cancel and delete jobs." },
  { name: "media", description: "Upload images and get videos." },
  { name: "callbacks", description: "Get notified when a job settles." },
  { name: "fal", description: "For code that uses fal's own client." },
  { name: "service", description: "Health, this document, and the webhook for fal." },
];

function pathsOf(operations: readonly Operation[]): Readonly<Record<string, Part>> {
  const paths = [...new Set(operations.map(({ path }) => path))];
  return Object.fromEntries(
    paths.map((path) => {
      const own = operations.filter((operation) => operation.path === path);
      return [path, Object.fromEntries(own.map((operation) => [operation.method, describe(operation)]))];
    }),
  );
}
