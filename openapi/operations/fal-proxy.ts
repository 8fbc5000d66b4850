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

/** fal's statuses and bodies; only what stands before the functions answers with problems. */
const others: Part = {
  description:
    "What fal answers in such a case, in fal's form and with fal's status; a submission is never answered 429, 502, 503 or 504 once its job may be recorded, because fal's client would send it again.",
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

/** What `@fal-ai/client` speaks with `proxyUrl`: one path for everything, the real target in a header. */
export const falProxy: readonly Operation[] = [
  {
    ...operation(
      "post",
      "postToFal",
      "`queue.submit` and `storage.upload` of fal's client",
      "Point `proxyUrl` here. A submission becomes a job whose id is the `request_id`; an upload becomes one of `POST /uploads`. With an `Idempotency-Key` a repeat finds the same job.",
      { 200: json("As fal answers.", ref("FalAnswer"), { submitted: enqueued }) },
    ),
    parameters: ["FalTargetUrl", "IdempotencyKey"],
    body: jsonContent(ref("FalAnswer"), {
      input: { prompt: "the waves roll in", image_url: "https://example.com/lighthouse.jpg" },
    }),
  },
  operation(
    "get",
    "getFromFal",
    "`queue.status`, `queue.streamStatus` and `queue.result` of fal's client",
    "About the caller's own jobs. A job that has settled is `COMPLETED`; only its result tells how it ended.",
    {
      200: {
        description: "The status of a job that has settled, its result, or a stream of its status.",
        content: {
          ...jsonContent(ref("FalAnswer"), { result }),
          "text/event-stream": { schema: { type: "string" } },
        },
      },
      202: json("The status of an open job.", ref("FalAnswer"), { running: inProgress }),
    },
  ),
  operation("put", "putToFal", "`queue.cancel` of fal's client", "A wish, as `POST /jobs/{id}/cancel` is.", {
    202: json("The wish is noted.", ref("FalAnswer"), { asked: { status: "CANCELLATION_REQUESTED" } }),
  }),
];
