import { CALLBACK_TIMEOUT_MS } from "../../lambdas/limits.ts";
import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { json, jsonContent, type Part } from "../part.ts";
import { ref } from "../schemas.ts";

const redeliverJob: Operation = {
  method: "post",
  path: "/jobs/{id}/redeliver",
  id: "redeliverJob",
  tag: "callbacks",
  summary: "Have a job's callback sent again",
  description: "The same event, under the same `webhook-id`, from the first attempt on.",
  parameters: ["JobId"],
  answers: { 202: json("The job; `deliveries` will tell.", ref("Job"), { succeeded: examples.succeededJob }) },
  problems: ["not_found", "no_callback", "job_open", "table_unavailable"],
};

const readCallbackSecret: Operation = {
  method: "get",
  path: "/callback-secret",
  id: "readCallbackSecret",
  tag: "callbacks",
  summary: "Read what callbacks are signed with",
  answers: { 200: json("The secret.", ref("CallbackSecret"), { first: examples.callbackSecret }) },
  problems: [],
};

const rotateCallbackSecret: Operation = {
  method: "post",
  path: "/callback-secret/rotate",
  id: "rotateCallbackSecret",
  tag: "callbacks",
  summary: "Get a new callback secret",
  description: "For 24 hours callbacks are signed with the one before as well.",
  answers: {
    200: json("The new secret, and the one before.", ref("CallbackSecret"), { rotated: examples.rotatedSecret }),
  },
  problems: [],
};

/** The operations around callbacks. */
export const callbacks: readonly Operation[] = [redeliverJob, readCallbackSecret, rotateCallbackSecret];

/** What a receiver must be able to take: Standard Webhooks 1.0. */
export const jobSettled: Part = {
  post: {
    operationId: "jobSettled",
    tags: ["callbacks"],
    summary: "A job has settled",
    description: `Sent at least once; tried again over three days unless it is taken within ${CALLBACK_TIMEOUT_MS / 1000} seconds. Verify it with any library for Standard Webhooks and the secret of \`GET /callback-secret\`.`,
    security: [],
    parameters: [
      header("webhook-id", "Of the event: the same whenever it is sent again.", "^[0-9a-f]{32}\\.job\\.[a-z]+$"),
      header("webhook-timestamp", "Of this attempt: seconds since 1970.", "^[0-9]+$"),
      header("webhook-signature", "One for each secret that is good, with blanks between them.", "^v1,"),
    ],
    requestBody: { required: true, content: jsonContent(ref("JobEvent"), { succeeded: examples.jobEvent }) },
    responses: {
      "2XX": { description: "Taken." },
      "410": { description: "Never to be sent again." },
      default: { description: "Not taken, redirects too: sent again later, not before `Retry-After`." },
    },
  },
};

function header(name: string, description: string, pattern: string): Part {
  return { name, in: "header", required: true, description, schema: { type: "string", pattern } };
}
