import { CALLBACK_SECRETS_PREVIOUS_MAX, CALLBACK_TIMEOUT_MS, REDELIVERY_INTERVAL_MS } from "../../lambdas/limits.ts";
import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { json, jsonContent, type Part } from "../part.ts";
import { ref } from "../schemas.ts";

const redeliverJob: Operation = {
  method: "post",
  path: "/jobs/{id}/redeliver",
  id: "redeliverJob",
  tag: "callbacks",
  summary: "Send a job's callback again",
  description: `Sends the same event with the same \`webhook-id\`. If all attempts are over, they start again from 1; if more attempts follow, the next one is made now. At most once in ${REDELIVERY_INTERVAL_MS / 1000} seconds a job.`,
  parameters: ["JobId"],
  answers: {
    202: json("The job. Its `deliveries` will list each new attempt.", ref("Job"), {
      succeeded: examples.succeededJob,
    }),
  },
  problems: ["not_found", "no_callback", "job_open", "rate_limited", "table_unavailable"],
};

const readCallbackSecret: Operation = {
  method: "get",
  path: "/callback-secret",
  id: "readCallbackSecret",
  tag: "callbacks",
  summary: "Get the callback secret",
  answers: {
    200: json("The current secret, and replaced ones that are still valid.", ref("CallbackSecret"), {
      first: examples.callbackSecret,
    }),
  },
  problems: [],
};

const rotateCallbackSecret: Operation = {
  method: "post",
  path: "/callback-secret/rotate",
  id: "rotateCallbackSecret",
  tag: "callbacks",
  summary: "Rotate the callback secret",
  description: `Creates a new secret. The previous one also signs callbacks for 24 hours. At most ${CALLBACK_SECRETS_PREVIOUS_MAX} times in 24 hours.`,
  answers: {
    200: json("The new secret, and the previous one.", ref("CallbackSecret"), { rotated: examples.rotatedSecret }),
  },
  problems: ["rate_limited"],
};

/** The operations for callbacks. */
export const callbacks: readonly Operation[] = [redeliverJob, readCallbackSecret, rotateCallbackSecret];

/** The request that a receiver must be able to handle: Standard Webhooks 1.0. */
export const jobSettled: Part = {
  post: {
    operationId: "jobSettled",
    tags: ["callbacks"],
    summary: "A job has settled",
    description: `Delivered at least once. Return a 2xx status within ${CALLBACK_TIMEOUT_MS / 1000} seconds; otherwise the callback is sent again, for about three days. Verify the signature with any Standard Webhooks library and the secret from \`GET /callback-secret\`.`,
    security: [],
    parameters: [
      header(
        "webhook-id",
        "Id of the event. It stays the same when the event is sent again.",
        "^[0-9a-f]{32}\\.job\\.[a-z]+$",
      ),
      header("webhook-timestamp", "Time of this attempt, in seconds since 1970.", "^[0-9]+$"),
      header("webhook-signature", "One signature for each valid secret, separated by spaces.", "^v1,"),
    ],
    requestBody: { required: true, content: jsonContent(ref("JobEvent"), { succeeded: examples.jobEvent }) },
    responses: {
      "200": { description: "Accepted. So is any other 2xx status." },
      "410": { description: "Not accepted. The event is never sent again." },
      default: {
        description:
          "Not accepted; redirects are not followed. The event is sent again later, not before `Retry-After`.",
      },
    },
  },
};

function header(name: string, description: string, pattern: string): Part {
  return { name, in: "header", required: true, description, schema: { type: "string", pattern } };
}
