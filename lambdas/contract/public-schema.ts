import * as z from "zod/mini";
import { ACTORS, JOB_ERROR_CODES, STATUSES, TIMELINE_EVENTS } from "../job/job.ts";

const optionalTime = z.optional(z.iso.datetime());
const url = z.string().check(z.meta({ format: "uri" }));
const actor = z.enum(ACTORS).check(z.describe("Who caused it."));

const lucyInput = z.object({
  prompt: z.string(),
  image_url: z.string().check(z.describe("A picture that came inline or by upload has a URL at fal by now.")),
  resolution: z.enum(["720p"]),
  aspect_ratio: z.enum(["16:9", "9:16"]),
  sync_mode: z.boolean(),
});

/** The model's input, its defaults filled in. */
export const modelInputSchema = z.union([
  lucyInput,
  z
    .record(z.string(), z.unknown())
    .check(
      z.describe("Of an endpoint that has no schema of its own here: what was asked, files by their URLs at fal."),
    ),
]);

export const videoSchema = z.object({
  url: z.string().check(z.describe("Where fal keeps it, for as long as fal does; links.video leads to the copy.")),
  content_type: z.optional(z.string()),
  file_name: z.optional(z.string()),
  file_size: z.optional(z.int()),
  sha256: z.optional(z.string().check(z.meta({ description: "Of all its bytes.", pattern: "^[0-9a-f]{64}$" }))),
  duration_seconds: z.optional(z.number()),
  width: z.optional(z.int().check(z.describe("Pixels."))),
  height: z.optional(z.int()),
  codec: z.optional(z.string().check(z.describe("As in RFC 6381, such as avc1.64001f."))),
});

export const jobErrorSchema = z.object({
  code: z.enum(JOB_ERROR_CODES),
  message: z.string(),
  retryable: z.boolean().check(z.describe("Whether a new job with the same input may do better.")),
  fal_status: z.optional(z.int().check(z.describe("The HTTP status of fal's result, where it is known."))),
  error_type: z.optional(z.string().check(z.describe("fal's name for a failure of its own machinery."))),
  detail: z.optional(z.unknown().check(z.describe("fal's own words."))),
});

export const costSchema = z.object({
  estimated_usd: z.number().check(z.describe("US dollars, by the model's list price.")),
  billable_units: z.optional(z.number().check(z.describe("What fal says that it bills."))),
  actual_usd: z.optional(z.number()),
});

export const timelineEntrySchema = z.object({ at: z.iso.datetime(), event: z.enum(TIMELINE_EVENTS), by: actor });

export const deliverySchema = z.object({
  attempt: z.int().check(z.describe("1 for the first; begins anew with each POST /jobs/{id}/redeliver.")),
  at: z.iso.datetime(),
  status: z.optional(z.int().check(z.describe("HTTP status; absent when there was no answer."))),
  latency_ms: z.number(),
  error: z.optional(z.string().check(z.describe("Why it did not count; absent when it did."))),
});

/** A line of what the model says while it is at work. */
export const logLineSchema = z.object({ message: z.string(), timestamp: z.optional(z.string()) });

export const queuePosition = z.int().check(z.describe("How many requests are before this one at fal."));

const resultSchema = z.object({
  video: videoSchema,
  extra: z.optional(
    z
      .record(z.string(), z.unknown())
      .check(z.describe("What the model told besides: fal's output without what `video` says.")),
  ),
});

/**
 * The job as the API shows it, in the order of its fields: what was asked for, what came of it, when, and how. The type `PublicJob` follows from
 * it, and that each row can be shown so is the compiler's to prove; answers are never parsed by it.
 */
export const publicJobSchema = z.object({
  id: z.string().check(z.meta({ pattern: "^[0-9a-f]{32}$" })),
  status: z.enum(STATUSES),
  endpoint: z.string().check(z.describe("fal's model id.")),
  input: modelInputSchema,
  metadata: z.optional(z.record(z.string(), z.string())),
  callback_url: z.optional(z.string()),
  callback_format: z.optional(z.enum(["fal"]).check(z.describe("The callback has the form of fal's own webhooks."))),
  retry_of: z.optional(z.string().check(z.describe("The job that this one repeats."))),
  result: z.optional(resultSchema),
  late_result: z.optional(
    resultSchema.check(z.describe("A success that came after the job had ended otherwise: it was paid for.")),
  ),
  error: z.optional(jobErrorSchema.check(z.describe("Why the job failed, or what an open one is waiting for."))),
  cost: z.optional(costSchema),
  created_at: z.iso.datetime(),
  deadline_at: z.iso.datetime(),
  submitted_at: optionalTime,
  started_at: optionalTime,
  cancel_requested_at: optionalTime,
  settled_at: optionalTime,
  settled_by: z.optional(actor),
  expires_at: z.optional(z.iso.datetime().check(z.describe("When the job and its video are removed."))),
  request_id: z.optional(z.string().check(z.describe("fal's name for it."))),
  queue_position: z.optional(queuePosition),
  logs: z.optional(
    z
      .readonly(z.array(logLineSchema))
      .check(z.describe("The latest lines; told, like queue_position, with ?logs=1 alone.")),
  ),
  timeline: z.readonly(z.array(timelineEntrySchema)),
  deliveries: z.optional(z.readonly(z.array(deliverySchema))),
  links: z.object({
    self: url,
    video: z.optional(url.check(z.describe("Leads to the video for as long as the job is kept."))),
  }),
});
