import { ERROR_PAGES } from "../../lambdas/contract/error-pages.ts";
import type { Operation } from "../operation.ts";
import { empty, headers, json, jsonContent, type Part } from "../part.ts";
import { ref } from "../schemas.ts";

const health: Operation = {
  method: "get",
  path: "/health",
  id: "readHealth",
  tag: "service",
  summary: "Check whether the service works",
  isKeyless: true,
  answers: {
    200: json(
      "The service accepts and stores jobs. `degraded`: jobs wait until FAL_KEY is configured. The state may be a few seconds old.",
      ref("Health"),
      {
        ok: { status: "ok", table: "ok", fal_key: "configured" },
      },
    ),
    503: json("The table is unreachable, so jobs cannot be accepted.", ref("Health"), {
      down: { status: "down", table: "unreachable", fal_key: "configured" },
    }),
  },
  problems: [],
};

const rootExample = {
  name: "fal-jobs",
  description: "Durable jobs for fal.ai's image-to-video models",
  links: { openapi: "https://api.example.com/prod/openapi.json", health: "https://api.example.com/prod/health" },
};

const root: Operation = {
  method: "get",
  path: "/",
  id: "readRoot",
  tag: "service",
  summary: "Open the console, or find out which API this is",
  isKeyless: true,
  answers: {
    200: {
      description:
        "The name of the API, and links to its description and its health. A browser, which sends `Accept: text/html`, gets the console.",
      content: {
        "application/json": { schema: ref("Root"), examples: { root: { value: rootExample } } },
        "text/html": { schema: { type: "string" } },
      },
    },
  },
  problems: [],
};

const openApi: Operation = {
  method: "get",
  path: "/openapi.json",
  id: "readOpenApi",
  tag: "service",
  summary: "Get this document",
  isKeyless: true,
  parameters: ["IfNoneMatch"],
  answers: {
    200: json(
      "This document, in OpenAPI 3.1.",
      { type: "object", properties: { openapi: { type: "string", const: "3.1.1" } }, required: ["openapi"] },
      { document: { openapi: "3.1.1" } },
      headers("ETag", "Cache-Control"),
    ),
    304: empty("The document has not changed since the version in `If-None-Match`.", headers("ETag", "Cache-Control")),
  },
  problems: [],
};

const errorPage: Operation = {
  method: "get",
  path: "/errors/{code}",
  id: "readErrorPage",
  tag: "service",
  summary: "Explain an error code",
  description:
    "The page that the `type` of a problem links to. It says what the code means, why it happens and what to do. It also explains the `error.code` of a job.",
  isKeyless: true,
  parameters: ["ErrorCode"],
  answers: {
    200: {
      description: "The page, as plain text.",
      content: {
        "text/plain": {
          schema: { type: "string" },
          examples: { throttled: { value: `throttled\n${ERROR_PAGES.throttled.title}. HTTP status 429.\n` } },
        },
      },
    },
  },
  problems: ["not_found"],
};

const falWebhook: Operation = {
  method: "post",
  path: "/webhooks/fal/{id}/{token}",
  id: "receiveFalWebhook",
  tag: "service",
  summary: "Webhook, for fal only",
  description:
    "fal calls this URL when a request has finished. A delivery is accepted only with a valid signature of fal, the job's own token and its request id.",
  isKeyless: true,
  parameters: ["FalJobId", "FalToken", "FalRequestId", "FalUserId", "FalTimestamp", "FalSignature"],
  body: jsonContent(ref("FalDelivery"), { done: delivery() }),
  answers: {
    200: json("Accepted. A repeated delivery changes nothing.", { type: "object", maxProperties: 0 }, { taken: {} }),
  },
  problems: ["signature_invalid", "not_found", "table_unavailable", "signing_keys_unavailable"],
};

/** The operations of the service itself. */
export const service: readonly Operation[] = [
  ...[root, health, openApi, errorPage].flatMap((operation) => [operation, headOf(operation)]),
  falWebhook,
];

/** The same operation without the body of its answers. Monitors and link checkers use it. */
function headOf(operation: Operation): Operation {
  const answers = Object.entries(operation.answers).map(([status, { content: _, ...answer }]) => [status, answer]);
  const { id, summary } = operation;
  return {
    ...operation,
    method: "head",
    id: `${id}Head`,
    summary: `${summary}: headers only`,
    answers: Object.fromEntries(answers),
  };
}

function delivery(): Part {
  const request_id = "5057fca7-2eb3-468f-b95d-cefe92b0b9d4";
  const payload = { video: { url: "https://v3.fal.media/files/x/y.mp4" } };
  return { error: null, gateway_request_id: request_id, payload, request_id, status: "OK" };
}
