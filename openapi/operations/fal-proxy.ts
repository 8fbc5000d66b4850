import type { Operation } from "../operation.ts";
import { json, jsonContent, type Part } from "../part.ts";
import { ref } from "../schemas.ts";

const ID = "019aab3c4d5e7f60918273645a6b7c8d";
const response_url = `https://queue.fal.run/decart/lucy-14b/requests/${ID}`;
const urls = { response_url, status_url: `${response_url}/status`, cancel_url: `${response_url}/cancel` };
const enqueued = { status: "IN_QUEUE", request_id: ID, ...urls, queue_position: 0, gateway_request_id: ID };
const inProgress = { status: "IN_PROGRESS", request_id: ID, ...urls, logs: null };
const result = { video: { url: "https://v3.fal.media/files/b/clip.mp4", content_type: "video/mp4" } };
const missing = { detail: [{ loc: ["body", "prompt"], msg: "is required", type: "missing", input: {} }] };

/** The statuses and bodies of fal. Only API Gateway itself responds with problems here. */
const others: Part = {
  description:
    "An error in fal's own format, with fal's status. Once a submission's job may be recorded, the status is never 429, 502, 503 or 504, because fal's client would then send the submission again.",
  content: {
    ...jsonContent(ref("FalAnswer"), { invalid: missing, unknown: { status: "NOT_FOUND" } }),
    "application/problem+json": { schema: ref("Problem") },
  },
};

function operation(
  method: "get" | "post" | "put",
  id: string,
  summary: string,
  description: string,
  answers: Operation["answers"],
): Operation {
  const shared = { path: "/fal/proxy", tag: "fal", parameters: ["FalTargetUrl"], problems: { others } } as const;
  return { method, id, summary, description, answers, ...shared };
}

/** The protocol of `@fal-ai/client` with `proxyUrl`: one path for everything, with the real target in a header. */
export const falProxy: readonly Operation[] = [
  {
    ...operation(
      "post",
      "postToFal",
      "fal's client: `queue.submit` and `storage.upload`",
      "Set `proxyUrl` of fal's client to this URL. A submission creates a job; the job's id is the `request_id`. An upload works like `POST /uploads`; files above 90 MiB are refused unless the operator allows them. With an `Idempotency-Key`, a repeated submission returns the same job.",
      { 200: json("A response in fal's own format.", ref("FalAnswer"), { submitted: enqueued }) },
    ),
    parameters: ["FalTargetUrl", "IdempotencyKey"],
    body: jsonContent(ref("FalAnswer"), {
      input: { prompt: "the waves roll in", image_url: "https://example.com/lighthouse.jpg" },
    }),
  },
  operation(
    "get",
    "getFromFal",
    "fal's client: `queue.status`, `queue.streamStatus` and `queue.result`",
    "Reads the caller's own jobs. A settled job has the status `COMPLETED`; its result shows whether it succeeded.",
    {
      200: {
        description: "The status of a settled job, its result, or a stream of its status.",
        content: {
          ...jsonContent(ref("FalAnswer"), { result }),
          "text/event-stream": { schema: { type: "string" } },
        },
      },
      202: json("The status of a job that has not settled.", ref("FalAnswer"), { running: inProgress }),
    },
  ),
  operation(
    "put",
    "putToFal",
    "fal's client: `queue.cancel`",
    "Requests cancellation, like `POST /jobs/{id}/cancel`.",
    {
      202: json("The cancellation was requested.", ref("FalAnswer"), { asked: { status: "CANCELLATION_REQUESTED" } }),
    },
  ),
];
