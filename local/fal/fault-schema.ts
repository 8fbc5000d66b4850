import { z } from "zod";
import { infrastructureErrorTypes, modelErrorTypes } from "./outcomes.ts";

const maxDelayMs = 24 * 3_600_000;
const maxVideoBytes = 48_000_000;
const maxContentTypeCharacters = 127;
const maxExtraBytes = 1_000_000;
const delayMs = z.number().int().min(0).max(maxDelayMs);

/**
 * What happens to the POST: `hang_ms` without headers, then `answer` (the genuine one if left out), before or after
 * enqueueing.
 */
const submitSchema = z.strictObject({
  when: z.enum(["before", "after"]).default("before"),
  hang_ms: delayMs.default(0),
  answer: z.literal([401, 403, 404, 422, 429, 500, 502, 503, 504, "reset", "no_request_id"]).optional(),
});

const webhookSchema = z.strictObject({
  /** The delivery is never sent. Deliveries in `before` are still sent. */
  drop: z.boolean().optional(),
  delay_ms: delayMs.optional(),
  /** Number of extra deliveries sent at the same time as the first. */
  duplicates: z.number().int().min(1).max(9).optional(),
  /** Delayed until another request's delivery is sent (at most 5 s), so that deliveries arrive out of order. */
  hold: z.boolean().optional(),
  /** Sent before the submit's answer. */
  early: z.boolean().optional(),
  /** `payload` is null and `payload_error` says why. The status is OK or ERROR, as the request ended. */
  payload_error: z.boolean().optional(),
  /** The signing key changes just before; the old one is gone from the key host. */
  rotate_keys: z.boolean().optional(),
  /**
   * Sent once each, before the genuine one: no signature, an unknown key, an old timestamp, another account's delivery.
   */
  before: z.array(z.enum(["unsigned", "wrong_key", "stale", "foreign"])).optional(),
});

/**
 * How the platform API's history shows the request. Without it, the request is listed once, unchanged, after its end.
 */
const listingSchema = z.strictObject({
  /** Delay between its end (with `unended`: its submission) and its appearance in the list. */
  lag_ms: delayMs.default(0),
  /** Also listed while it waits and runs. */
  unended: z.boolean().optional(),
  /** Neither `json_input` nor `json_output`, as if they had not been kept. */
  no_payloads: z.boolean().optional(),
  /** Listed twice: the first entry has the id of a request that does not exist; everything else is equal. */
  twin: z.boolean().optional(),
  /** A missing field; the input as JSON text, in an envelope or with the model's defaults; or unknown fields. */
  odd: z
    .array(z.enum(["no_request_id", "no_sent_at", "input_text", "input_wrapped", "input_defaults", "unknown_fields"]))
    .optional(),
});

/** One call of the platform API fails: `hang_ms` without headers, then `answer` (the genuine one if left out). */
const platformSchema = z.strictObject({
  call: z.enum(["history", "pricing", "billing", "delete_payloads", "meta"]).default("history"),
  hang_ms: delayMs.default(0),
  /** `not_json` and `no_items` are answers with status 200. */
  answer: z.literal([401, 403, 404, 429, 500, 502, 503, 504, "reset", "not_json", "no_items"]).optional(),
  /**
   * The history's next cursor leads to the same page, skips a page or leads to endless empty pages; or it is missing
   * although `has_more` is true.
   */
  paging: z.enum(["repeat", "skip", "endless", "no_cursor"]).optional(),
  /**
   * The timestamp that the history's `start` and `end` filter by. fal does not document it; the default is `ended_at`.
   */
  window: z.enum(["sent_at", "started_at", "ended_at"]).optional(),
});

/**
 * One download from the media hosts fails: `hang_ms` without headers, then `answer`, or a redirect; or the genuine
 * answer breaks off, or is not what it should be.
 */
const mediaSchema = z.strictObject({
  hang_ms: delayMs.default(0),
  answer: z.literal([403, 404, 429, 500, 502, 503, 504, "reset"]).optional(),
  redirect_to: z.url().optional(),
  /** Number of body bytes after which the connection breaks. */
  cut_after_bytes: z.number().int().min(0).optional(),
  /** The content type in place of the file's. */
  content_type: z.string().min(1).max(maxContentTypeCharacters).optional(),
  /** An HTML page in place of the file, under status 200 and the file's content type. */
  page: z.literal(true).optional(),
  /** Sends only this many bytes of the file, with a `content-length` that agrees. */
  first_bytes: z.number().int().min(0).optional(),
  /** Sends this many bytes more than the file has. */
  extra_bytes: z.number().int().min(1).max(maxExtraBytes).optional(),
});

/**
 * One call for the result of a request that has ended fails: `hang_ms` without headers, then `answer`. The request and
 * its video stay as they are, so the next call finds them.
 */
const readSchema = z.strictObject({
  hang_ms: delayMs.default(0),
  answer: z.literal([429, 500, 502, 503, 504, "reset"]).optional(),
});

const scriptShape = {
  submit: submitSchema.optional(),
  /** Minimum time IN_QUEUE. */
  queue_ms: delayMs.optional(),
  /** The request fails with this one of fal's error types. */
  outcome: z.enum([...modelErrorTypes, ...infrastructureErrorTypes]).optional(),
  /**
   * The result is expired at once, answers 404 (the status does not), is larger than 10 KB, or has the video inline as
   * a data URI.
   */
  result: z.enum(["expired", "not_found", "large", "data_uri"]).optional(),
  /**
   * The endpoint's own machines fail, so another endpoint runs the request, and fal names it; unless the submission
   * disables fallbacks.
   */
  fallback: z
    .string()
    .regex(/^[\w.-]+(\/[\w.-]+)+$/)
    .optional(),
  /** Size in bytes to which the video, hosted or inline, is padded; it still plays. */
  video_bytes: z.number().int().min(1).max(maxVideoBytes).optional(),
  /**
   * The video, hosted or inline, in another container than MP4; or it lacks its last third (`cut`), or is an HTML page
   * (`page`), while fal describes the whole MP4.
   */
  film: z.enum(["quicktime", "webm", "gif", "cut", "page"]).optional(),
  /** A cancellation is acknowledged, but the work continues; or the cancellation is also reported by webhook. */
  cancel: z.enum(["ignored", "announced"]).optional(),
  webhook: webhookSchema.optional(),
  listing: listingSchema.optional(),
};

/**
 * Parses a fault. One with `jwks`, `platform`, `media`, `read` or `down` is used up by calls of that kind, any other
 * by submissions.
 */
export const faultSchema = z
  .strictObject({
    /**
     * Number of submissions (or calls) it applies to: 1 by default; with `down` and `admin`, all until it is cleared.
     */
    times: z.union([z.number().int().min(1), z.literal("all")]).optional(),
    /** Only submissions with exactly this prompt; with `media` or `read`, only downloads of their output or result. */
    prompt: z.string().optional(),
    /**
     * Applies at once to this request and not to a future submission; only what has not happened yet can change. With
     * `media` or `read`, only downloads of this request's output or result.
     */
    request_id: z.string().optional(),
    /** The key host fails. */
    jwks: z
      .strictObject({ hang_ms: delayMs.default(0), status: z.literal([200, 404, 500, 503]).default(500) })
      .optional(),
    platform: platformSchema.optional(),
    media: mediaSchema.optional(),
    read: readSchema.optional(),
    /** Every accepted key has admin rights. */
    admin: z.literal(true).optional(),
    /**
     * Every fal host answers this way, also the media and key hosts. Work that was accepted before continues, and so do
     * its webhooks.
     */
    down: z.literal([503, "reset"]).optional(),
    ...scriptShape,
  })
  .transform((fault) => ({ ...fault, times: fault.times ?? (fault.down || fault.admin ? ("all" as const) : 1) }));

/** Parses the part of a fault that is stored with a request. */
export const scriptSchema = z.object(scriptShape);

/**
 * A fault as a test writes it: what happens to the next `times` submissions, in one script each, or to the next `times`
 * calls.
 */
export type Fault = z.input<typeof faultSchema>;
/** The script a request carries with it from its submission on. */
export type Script = z.output<typeof scriptSchema>;
/** How the history shows a request. */
export type Listing = z.output<typeof listingSchema>;
/** What happens to one call of the platform API. */
export type PlatformFault = z.output<typeof platformSchema>;
/** What happens to one download of media. */
export type MediaFault = z.output<typeof mediaSchema>;
/** What happens to one call for a result. */
export type ReadFault = z.output<typeof readSchema>;
/** A fault that is not used up yet, with its id and how often it still applies. */
export type PendingFault = z.output<typeof faultSchema> & { readonly id: string };
