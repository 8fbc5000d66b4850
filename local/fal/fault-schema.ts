import { z } from "zod";
import { infrastructureErrorTypes, modelErrorTypes } from "./outcomes.ts";

const maxDelayMs = 24 * 3_600_000;
const maxVideoBytes = 48_000_000;
const delayMs = z.number().int().min(0).max(maxDelayMs);

/** What happens to the POST: `hang_ms` without headers, then `answer` (the genuine one if left out), before or after enqueueing. */
const submitSchema = z.strictObject({
  when: z.enum(["before", "after"]).default("before"),
  hang_ms: delayMs.default(0),
  answer: z.literal([401, 403, 404, 422, 429, 500, 502, 503, 504, "reset", "no_request_id"]).optional(),
});

const webhookSchema = z.strictObject({
  /** Never sent. What stands in `before` is sent all the same. */
  drop: z.boolean().optional(),
  delay_ms: delayMs.optional(),
  /** So many deliveries at the same moment, beside the first. */
  duplicates: z.number().int().min(1).max(9).optional(),
  /** Held back until another request's delivery went (at most 5 s), so that neighbours arrive in the wrong order. */
  hold: z.boolean().optional(),
  /** Sent before the submit's answer. */
  early: z.boolean().optional(),
  /** `payload` is null and `payload_error` says why, under OK or ERROR as the request ended. */
  payload_error: z.boolean().optional(),
  /** The signing key changes just before; the old one is gone from the key host. */
  rotate_keys: z.boolean().optional(),
  /** Sent once each, before the genuine one: no signature, a stranger's key, an old timestamp, another account's own delivery. */
  before: z.array(z.enum(["unsigned", "wrong_key", "stale", "foreign"])).optional(),
});

/** How the platform API's history shows the request. Without it: from its end on, once, and as it was. */
const listingSchema = z.strictObject({
  /** So long after its end (with `unended`: after its submission) it is not listed yet. */
  lag_ms: delayMs.default(0),
  /** Listed while it waits and works too. */
  unended: z.boolean().optional(),
  /** Neither `json_input` nor `json_output`, as if they had not been kept. */
  no_payloads: z.boolean().optional(),
  /** Listed once more, first, under the id of a request that does not exist; everything else is equal. */
  twin: z.boolean().optional(),
  /** A field gone, the input as JSON text, in an envelope or with the model's defaults filled in, fields nobody knows. */
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
   * The history's next cursor leads to the same page again, past the next page, or onward for ever through empty pages; or there
   * is none although `has_more` says so.
   */
  paging: z.enum(["repeat", "skip", "endless", "no_cursor"]).optional(),
  /** The timestamp that the history's `start` and `end` apply to, which fal does not say; `ended_at` where nothing is scripted. */
  window: z.enum(["sent_at", "started_at", "ended_at"]).optional(),
});

/** One download from the media hosts fails: `hang_ms` without headers, then `answer`, or a redirect; or the genuine answer is broken off. */
const mediaSchema = z.strictObject({
  hang_ms: delayMs.default(0),
  answer: z.literal([403, 404, 429, 500, 502, 503, 504, "reset"]).optional(),
  redirect_to: z.url().optional(),
  /** The connection breaks after so many bytes of the body. */
  cut_after_bytes: z.number().int().min(0).optional(),
});

const scriptShape = {
  submit: submitSchema.optional(),
  /** At least so long IN_QUEUE. */
  queue_ms: delayMs.optional(),
  /** The request fails with this one of fal's error types. */
  outcome: z.enum([...modelErrorTypes, ...infrastructureErrorTypes]).optional(),
  /** `expired` as soon as it is there, 404 on the result alone, more than 10 KB, or the video inline as a data URI. */
  result: z.enum(["expired", "not_found", "large", "data_uri"]).optional(),
  /** The video, hosted or inline, is padded to so many bytes and still plays. */
  video_bytes: z.number().int().min(1).max(maxVideoBytes).optional(),
  /** A cancellation is acknowledged, but the work goes on; or it is reported by webhook too. */
  cancel: z.enum(["ignored", "announced"]).optional(),
  webhook: webhookSchema.optional(),
  listing: listingSchema.optional(),
};

/** Parses a fault. One with `jwks`, `platform`, `media` or `down` is used up by calls of that kind, any other by submissions. */
export const faultSchema = z
  .strictObject({
    /** How many submissions (or calls) it is for: 1 by default, with `down` and `admin` all until it is cleared. */
    times: z.union([z.number().int().min(1), z.literal("all")]).optional(),
    /** Only submissions with exactly this prompt; with `media` only downloads of what they made. */
    prompt: z.string().optional(),
    /**
     * Not a coming submission but this request, at once: only what has not happened to it yet can still be changed. With `media`
     * only downloads of what it made.
     */
    request_id: z.string().optional(),
    /** The key host fails. */
    jwks: z
      .strictObject({ hang_ms: delayMs.default(0), status: z.literal([200, 404, 500, 503]).default(500) })
      .optional(),
    platform: platformSchema.optional(),
    media: mediaSchema.optional(),
    /** Every key that is accepted is an admin's. */
    admin: z.literal(true).optional(),
    /** Every host of fal's answers so, media and keys too. Work that was accepted before goes on, and so do its webhooks. */
    down: z.literal([503, "reset"]).optional(),
    ...scriptShape,
  })
  .transform((fault) => ({ ...fault, times: fault.times ?? (fault.down || fault.admin ? ("all" as const) : 1) }));

/** Parses the part of a fault that a request carries with it. */
export const scriptSchema = z.object(scriptShape);

/** A fault as a test writes it: what happens to the next `times` submissions, in one script each, or to the next `times` calls. */
export type Fault = z.input<typeof faultSchema>;
/** The script a request carries with it from its submission on. */
export type Script = z.output<typeof scriptSchema>;
/** How the history shows a request. */
export type Listing = z.output<typeof listingSchema>;
/** What happens to one call of the platform API. */
export type PlatformFault = z.output<typeof platformSchema>;
/** What happens to one download of media. */
export type MediaFault = z.output<typeof mediaSchema>;
/** A fault that waits to be used, with its name and how often it still applies. */
export type PendingFault = z.output<typeof faultSchema> & { readonly id: string };
