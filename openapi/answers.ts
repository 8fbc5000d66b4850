import * as z from "zod/mini";
import { costSchema, modelInputSchema, publicJobSchema, queuePosition } from "../lambdas/contract/public-schema.ts";
import { PROBLEM_CODES } from "./problems.ts";

const time = z.iso.datetime();
const url = z.string().check(z.meta({ format: "uri" }));

/** `application/problem+json` (RFC 9457). */
export const problem = z.object({
  type: url.check(z.describe("Address of a page that explains this code: `GET /errors/{code}`.")),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  instance: z.optional(url.check(z.describe("The job that this is about."))),
  errors: z.optional(
    z.array(
      z.object({
        pointer: z
          .string()
          .check(z.describe("JSON pointer to the field; of a form or a query, its name behind a slash.")),
        message: z.string(),
      }),
    ),
  ),
});

export const jobPage = z.object({
  data: z.array(publicJobSchema),
  next_cursor: z.optional(z.string().check(z.describe("Absent: there are no more."))),
});

/** Of each entry, in their order, what `POST /jobs` would have answered. */
export const batchResults = z.object({
  results: z.array(
    z.union([
      z.object({ status: z.union([z.literal(202), z.literal(200)]), job: publicJobSchema }),
      z.object({ status: z.int(), problem }),
    ]),
  ),
});

export const validatedJob = z.object({
  endpoint: z.string(),
  input: modelInputSchema,
  metadata: z.optional(z.record(z.string(), z.string())),
  callback_url: z.optional(z.string()),
  deadline_seconds: z.int(),
  cost: z.optional(costSchema),
});

export const upload = z.object({
  upload_url: url.check(z.describe("Takes one PUT.")),
  upload_headers: z
    .record(z.string(), z.string())
    .check(z.describe("What the PUT must carry, exactly; and the size that was told, as its Content-Length.")),
  image_url: url.check(z.describe("What jobs then name.")),
  expires_at: time,
});

export const videoLocation = z.object({
  url,
  expires_at: z.optional(time.check(z.describe("Absent while the URL is fal's own."))),
});

const secret = z
  .string()
  .check(z.meta({ description: "As Standard Webhooks has it.", pattern: "^whsec_[A-Za-z0-9+/]+=*$" }));

export const callbackSecret = z.object({
  secret,
  previous: z
    .array(z.object({ secret, until: time }))
    .check(z.describe("Those that were replaced lately and sign as well, each until its time.")),
});

export const health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  table: z.enum(["ok", "unreachable"]),
  fal_key: z.enum(["configured", "missing", "unreachable"]),
});

/** What callbacks and the account's event bus carry. */
export const jobEvent = z.object({
  type: z.enum(["job.succeeded", "job.failed", "job.canceled", "job.expired"]),
  timestamp: time.check(z.describe("When the job settled.")),
  data: publicJobSchema,
});

/** The `queue` events of a job's event stream. */
export const queueEvent = z.object({ queue_position: queuePosition });

/** What fal's own API answers, through the proxy. */
export const falAnswer = z.record(z.string(), z.unknown());

/** What fal delivers; its own, and read with care. */
export const falDelivery = z.object({
  request_id: z.string(),
  gateway_request_id: z.optional(z.string()),
  status: z.enum(["OK", "ERROR"]),
  payload: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  payload_error: z.optional(z.unknown()),
});
