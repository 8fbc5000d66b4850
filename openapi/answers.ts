import * as z from "zod/mini";
import {
  costSchema,
  logLineSchema,
  modelInputSchema,
  publicJobSchema,
  queuePosition,
} from "../lambdas/contract/public-schema.ts";
import { PROBLEM_CODES } from "./problems.ts";

const time = z.iso.datetime();
const url = z.string().check(z.meta({ format: "uri" }));

/** One wrong field of a request. */
export const fieldError = z.object({
  pointer: z
    .string()
    .check(z.describe("JSON pointer to the field. For a form field or a query parameter: a slash and its name.")),
  message: z.string(),
});

/** `application/problem+json` (RFC 9457). */
export const problem = z.object({
  type: url.check(z.describe("Address of a page that explains this code: `GET /errors/{code}`.")),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(PROBLEM_CODES),
  instance: z.optional(url.check(z.describe("URL of the job that this problem is about."))),
  errors: z.optional(z.array(fieldError)),
});

export const jobPage = z.object({
  data: z.array(publicJobSchema),
  next_cursor: z.optional(
    z.string().check(z.describe("Send it as `cursor` to get the next page. Absent on the last page.")),
  ),
});

/** An entry of a batch that has a job. */
export const batchJob = z.object({
  status: z.int().check(z.describe("202 for a new job. 200 if the batch was sent before.")),
  job: publicJobSchema,
});

/** An entry of a batch that was refused. */
export const batchProblem = z.object({ status: z.int(), problem });

/** One entry of the result of a batch. */
export const batchResult = z.union([batchJob, batchProblem]);

/** The result of each entry, in the order of the batch: the response that `POST /jobs` would have returned. */
export const batchResults = z.object({ results: z.array(batchResult) });

export const validatedJob = z.object({
  endpoint: z.string(),
  input: modelInputSchema,
  metadata: z.optional(z.record(z.string(), z.string())),
  callback_url: z.optional(z.string()),
  callback_when: z.optional(z.enum(["settled"])),
  deadline_seconds: z.int(),
  cost: z.optional(costSchema),
});

export const upload = z.object({
  upload_url: url.check(z.describe("Accepts one PUT of the image.")),
  upload_headers: z
    .record(z.string(), z.string())
    .check(
      z.describe(
        "Headers that the PUT must send, with exactly these values. Its Content-Length, which HTTP clients set themselves, must be the `size` of the request.",
      ),
    ),
  image_url: url.check(z.describe("Use this URL as `image_url` in a job's input.")),
  expires_at: time,
});

export const videoLocation = z.object({
  url,
  expires_at: z.optional(time.check(z.describe("When the URL stops working. Absent if it is fal's own URL."))),
});

const secret = z
  .string()
  .check(
    z.meta({ description: "Signing secret in the format of Standard Webhooks.", pattern: "^whsec_[A-Za-z0-9+/]+=*$" }),
  );

export const callbackSecret = z.object({
  secret,
  previous: z
    .array(z.object({ secret, until: time }))
    .check(z.describe("Recently replaced secrets. Each one also signs callbacks until its `until` time.")),
});

export const root = z.object({
  name: z.string(),
  description: z.string(),
  links: z.object({ openapi: url, health: url }),
});

export const health = z.object({
  status: z.enum(["ok", "degraded", "down"]),
  table: z.enum(["ok", "unreachable"]),
  fal_key: z.enum(["configured", "missing", "unreachable"]),
});

/** The body of callbacks and of the events on the account's event bus. */
export const jobEvent = z.object({
  type: z.enum(["job.succeeded", "job.failed", "job.canceled", "job.expired"]),
  timestamp: time.check(z.describe("When the job settled.")),
  data: publicJobSchema,
});

/** The `queue` events of a job's event stream. */
export const queueEvent = z.object({ queue_position: queuePosition });

/** The `data` of an event of a job's event stream. */
export const streamEvent = z
  .union([publicJobSchema, queueEvent, logLineSchema])
  .check(z.describe("The `data` of a `job`, `queue` or `log` event."));

/** A response of fal's own API, through the proxy. */
export const falAnswer = z.record(z.string(), z.unknown());

/** The body of fal's webhook. fal defines it, so it is only described loosely here. */
export const falDelivery = z.object({
  request_id: z.string(),
  gateway_request_id: z.optional(z.string()),
  status: z.enum(["OK", "ERROR"]),
  payload: z.optional(z.unknown()),
  error: z.optional(z.unknown()),
  payload_error: z.optional(z.unknown()),
});
