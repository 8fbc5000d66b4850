import * as z from "zod/mini";
import { BILLED } from "../job/billed.ts";
import { ACTORS, JOB_ERROR_CODES, STATUSES, TIMELINE_EVENTS } from "../job/job.ts";
import { WAITS } from "../job/waiting.ts";

const optionalTime = z.optional(z.iso.datetime());
const url = z.string().check(z.meta({ format: "uri" }));
const actor = z.enum(ACTORS).check(z.describe("The part of the service that made the change."));

/** The input of a Lucy model, with defaults filled in. */
export const lucyInputSchema = z.object({
  prompt: z.string(),
  image_url: z.string().check(z.describe("For an inline or uploaded image: its URL at fal.")),
  resolution: z.enum(["720p"]),
  aspect_ratio: z.enum(["16:9", "9:16"]),
  sync_mode: z.boolean(),
});

/** The input of any other model. */
export const otherInputSchema = z
  .record(z.string(), z.unknown())
  .check(
    z.describe(
      "For endpoints without their own schema: the input of the request. Inline and uploaded files are replaced by their URLs at fal.",
    ),
  );

/** The model's input, with defaults filled in. */
export const modelInputSchema = z.union([lucyInputSchema, otherInputSchema]);

export const videoSchema = z.object({
  url: z
    .string()
    .check(
      z.describe("URL at fal. It works as long as fal keeps the video. `links.video` redirects to the stored copy."),
    ),
  content_type: z.optional(
    z
      .string()
      .check(z.describe("After the copy: detected from the file, for example video/webm. Before: as fal reported it.")),
  ),
  file_name: z.optional(
    z
      .string()
      .check(z.describe("The name that fal reported. Once the video is copied, its extension fits `content_type`.")),
  ),
  file_size: z.optional(z.int().check(z.describe("Bytes."))),
  sha256: z.optional(
    z.string().check(z.meta({ description: "SHA-256 of the whole file.", pattern: "^[0-9a-f]{64}$" })),
  ),
  duration_seconds: z.optional(z.number().check(z.describe("Left out if the file does not say it."))),
  width: z.optional(z.int().check(z.describe("Pixels, as displayed."))),
  height: z.optional(z.int()),
  codec: z.optional(z.string().check(z.describe("Codec as in RFC 6381, for example avc1.64001f."))),
});

export const jobErrorSchema = z.object({
  code: z.enum(JOB_ERROR_CODES),
  message: z.string(),
  retryable: z.boolean().check(z.describe("Whether a new job with the same input may succeed.")),
  fal_status: z.optional(z.int().check(z.describe("HTTP status of fal's result, if known."))),
  error_type: z.optional(z.string().check(z.describe("fal's name for a failure of its own infrastructure."))),
  detail: z.optional(z.unknown().check(z.describe("Error details from fal."))),
});

export const costSchema = z.object({
  estimated_usd: z.number().check(z.describe("US dollars, at the model's list price.")),
  billable_units: z.optional(z.number().check(z.describe("Number of units that fal reports as billed."))),
  actual_usd: z.optional(z.number()),
});

export const timelineEntrySchema = z.object({ at: z.iso.datetime(), event: z.enum(TIMELINE_EVENTS), by: actor });

export const deliverySchema = z.object({
  attempt: z
    .int()
    .check(z.describe("Number of the attempt, from 1. Starts again from 1 with each POST /jobs/{id}/redeliver.")),
  at: z.iso.datetime(),
  status: z.optional(z.int().check(z.describe("HTTP status. Absent if there was no response."))),
  latency_ms: z.number(),
  error: z.optional(z.string().check(z.describe("Why the attempt failed. Absent if it succeeded."))),
});

/** One line of the model's log. */
export const logLineSchema = z.object({ message: z.string(), timestamp: z.optional(z.string()) });

export const queuePosition = z.int().check(z.describe("Number of requests ahead of this one in fal's queue."));

/** What the model returned: its video, and the rest. */
export const resultSchema = z.object({
  video: videoSchema,
  extra: z.optional(
    z
      .record(z.string(), z.unknown())
      .check(
        z.describe(
          "The model's other output fields. `extra.video` has the fields of fal's `video` that are not listed in `video`.",
        ),
      ),
  ),
  endpoint: z.optional(
    z
      .string()
      .check(
        z.describe(
          "The endpoint that really ran, where fal says it. It differs from the job's only if fal moved the request.",
        ),
      ),
  ),
});

/**
 * The job as the API returns it. The fields are in this order: the request, the result, the times, the history. The
 * type `PublicJob` is derived from this schema, and the compiler checks that every row can be returned as one.
 * Responses are never parsed with it.
 */
export const publicJobSchema = z.object({
  id: z.string().check(z.meta({ pattern: "^[0-9a-f]{32}$" })),
  status: z.enum(STATUSES),
  endpoint: z.string().check(z.describe("fal's model id.")),
  input: modelInputSchema,
  metadata: z.optional(z.record(z.string(), z.string())),
  callback_url: z.optional(z.string()),
  callback_format: z.optional(z.enum(["fal"]).check(z.describe("The callback has the format of fal's own webhooks."))),
  callback_when: z.optional(
    z.enum(["settled"]).check(z.describe("The callback does not wait until the video is kept.")),
  ),
  retry_of: z.optional(z.string().check(z.describe("Id of the job that this one retries."))),
  traceparent: z.optional(
    z.string().check(z.describe("The `traceparent` of the request that created the job (W3C Trace Context).")),
  ),
  result: z.optional(resultSchema),
  late_result: z.optional(
    resultSchema.check(
      z.describe(
        "A successful result that arrived after the job had failed, expired or been canceled. It was paid for.",
      ),
    ),
  ),
  error: z.optional(jobErrorSchema.check(z.describe("Why the job failed, or what an open job is waiting for."))),
  waiting_for: z.optional(
    z
      .enum(WAITS)
      .check(
        z.describe(
          "What an open job waits for, if it does not take its course: the operator (`paused`, `account_locked`, `balance`, `fal_key`, `endpoint`) or fal. `error` says more.",
        ),
      ),
  ),
  overdue: z.optional(
    z
      .literal(true)
      .check(z.describe("An open job takes much longer at fal than is typical for its endpoint. Absent otherwise.")),
  ),
  cost: z.optional(costSchema),
  billed: z.optional(
    z
      .enum(BILLED)
      .check(
        z.describe(
          "Whether fal bills a settled job: `unknown` if fal may or may not have run it. Absent while the job is open.",
        ),
      ),
  ),
  created_at: z.iso.datetime(),
  deadline_at: z.iso.datetime(),
  submitted_at: optionalTime,
  started_at: optionalTime,
  cancel_requested_at: optionalTime,
  settled_at: optionalTime,
  settled_by: z.optional(actor),
  expires_at: z.optional(z.iso.datetime().check(z.describe("When the job and its video are deleted."))),
  request_id: z.optional(z.string().check(z.describe("fal's id for this job's request."))),
  queue_position: z.optional(queuePosition),
  logs: z.optional(
    z
      .readonly(z.array(logLineSchema))
      .check(z.describe("The latest log lines. Returned only with `?logs=1`, like `queue_position`.")),
  ),
  timeline: z.readonly(z.array(timelineEntrySchema)),
  deliveries: z.optional(z.readonly(z.array(deliverySchema))),
  links: z.object({
    self: url,
    video: z.optional(url.check(z.describe("Redirects to the video as long as the job is kept."))),
  }),
});
