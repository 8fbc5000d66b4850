import * as z from "zod/mini";
import type { NewJobRequest } from "../job/new-job.ts";
import {
  BATCH_MAX_JOBS,
  CALLBACK_WAITS_FOR_ARCHIVE_MS,
  CONTENT_TYPE_MAX_CHARACTERS,
  DEADLINE_DEFAULT_SECONDS,
  DEADLINE_MAX_SECONDS,
  DEADLINE_MIN_SECONDS,
  FIELD_ERRORS_MAX,
  FILE_NAME_MAX_CHARACTERS,
  METADATA_KEY_MAX_CHARACTERS,
  METADATA_MAX_BYTES,
  METADATA_MAX_KEYS,
  METADATA_VALUE_MAX_CHARACTERS,
  UPLOAD_MAX_BYTES,
} from "../limits.ts";
import { type FalMedia, falMedia } from "./fal-media.ts";
import type { InlineFile, InlineFiles } from "./input-file.ts";
import { modelOf } from "./models/models.ts";
import { declaredPicture, isImageType, isOtherType } from "./picture/media-type.ts";
import type { Offer, Site } from "./site.ts";
import { UNSTORABLE_NAMES } from "./storable.ts";
import { callbackUrl, codePoints, isWellFormed, plainText } from "./text.ts";
import { lostCharacters, type Refusal, validate } from "./validation.ts";

/** U+FFFD stands for a letter that was lost because the text was not UTF-8. */
const NO_LOST_CHARACTER = String.raw`^[^\ufffd]*$`;

const metadata = z.record(z.string(), z.string()).check(
  z.meta({
    description: `Key-value pairs of the caller's choice, returned with the job. At most ${METADATA_MAX_BYTES} bytes of JSON in total. No U+FFFD (the replacement character).`,
    maxProperties: METADATA_MAX_KEYS,
    propertyNames: {
      minLength: 1,
      maxLength: METADATA_KEY_MAX_CHARACTERS,
      pattern: NO_LOST_CHARACTER,
      not: { enum: UNSTORABLE_NAMES },
    },
    additionalProperties: { type: "string", maxLength: METADATA_VALUE_MAX_CHARACTERS, pattern: NO_LOST_CHARACTER },
  }),
  z.refine((pairs) => Object.keys(pairs).length <= METADATA_MAX_KEYS, {
    error: `must have at most ${METADATA_MAX_KEYS} keys`,
  }),
  z.refine((pairs) => Object.keys(pairs).every((key) => key !== "" && codePoints(key) <= METADATA_KEY_MAX_CHARACTERS), {
    error: `must have keys of 1 to ${METADATA_KEY_MAX_CHARACTERS} characters`,
  }),
  z.refine((pairs) => Object.values(pairs).every((value) => codePoints(value) <= METADATA_VALUE_MAX_CHARACTERS), {
    error: `must have values of at most ${METADATA_VALUE_MAX_CHARACTERS} characters`,
  }),
  z.refine((pairs) => Buffer.byteLength(JSON.stringify(pairs)) <= METADATA_MAX_BYTES, {
    error: `must be at most ${METADATA_MAX_BYTES} bytes in total`,
  }),
  z.refine((pairs) => Object.entries(pairs).flat().every(isWellFormed), { error: "must be well-formed Unicode" }),
);

/** The default is stored as nothing, so that a request that names it is the same request as one that does not. */
const callbackWhen = z.optional(
  z.pipe(
    z
      .enum(["kept", "settled"])
      .check(
        z.describe(
          `When the callback is sent: after the video is kept (\`kept\`, the default; it waits for that at most ${CALLBACK_WAITS_FOR_ARCHIVE_MS / 1000} s), or as soon as the job settles (\`settled\`).`,
        ),
      ),
    z.transform((when) => (when === "settled" ? when : undefined)),
  ),
);

/**
 * The body of `POST /jobs`, with the model's input inside. Optional fields are left out, not null. Each unknown field
 * is reported as an error.
 */
export function newJobRequest<E extends z.ZodMiniType, I extends z.ZodMiniType>(site: Site, endpoint: E, input: I) {
  return z.strictObject({
    endpoint,
    input,
    callback_url: z.optional(callbackUrl(site)),
    callback_when: callbackWhen,
    metadata: z.optional(metadata),
    deadline_seconds: z._default(
      z
        .int()
        .check(
          z.minimum(DEADLINE_MIN_SECONDS, { error: deadlineExpectation() }),
          z.maximum(DEADLINE_MAX_SECONDS, { error: deadlineExpectation() }),
          z.describe(
            "Time limit for the whole job, in seconds. If fal has not finished by then, the job becomes `expired`.",
          ),
        ),
      DEADLINE_DEFAULT_SECONDS,
    ),
  });
}

const UNKNOWN_TYPE = "application/octet-stream";

/**
 * The content type of an upload, as its sender declares it. A text that is no media type says as little as none: the
 * bytes decide. It becomes a signed header, so it is printable ASCII.
 */
const contentType = z.string().check(
  // Browsers say "" for a file whose type they do not know. Blanks around a header's value are not sent.
  z.overwrite((type) => type.trim() || UNKNOWN_TYPE),
  z.regex(/^[\x20-\x7e]*$/, { error: "must consist of printable ASCII characters" }),
  z.maxLength(CONTENT_TYPE_MAX_CHARACTERS, { error: `must be at most ${CONTENT_TYPE_MAX_CHARACTERS} characters` }),
);

/** The body of `POST /uploads`, which describes the image to be uploaded. */
export const newUploadRequest = z.strictObject({
  content_type: z._default(
    contentType.check(
      z.refine(isAcceptedPicture, {
        error: "must be image/png, image/jpeg or image/webp, or application/octet-stream",
      }),
      z.describe(
        "The type that is sent with the image: image/png, image/jpeg or image/webp. With application/octet-stream, the bytes decide.",
      ),
    ),
    UNKNOWN_TYPE,
  ),
  /** Accepted because fal's clients send it. An upload has no name. */
  file_name: z.optional(plainText(FILE_NAME_MAX_CHARACTERS).check(z.describe("Accepted for compatibility; ignored."))),
  size: z
    .int()
    .check(
      z.minimum(1, { error: `must be from 1 to ${UPLOAD_MAX_BYTES} bytes` }),
      z.maximum(UPLOAD_MAX_BYTES, { error: `must be from 1 to ${UPLOAD_MAX_BYTES} bytes` }),
      z.describe("Size of the image in bytes. The upload must have exactly this size."),
    ),
});

/** What fal's client sends before it uploads a file. */
const falUpload = z.object({
  content_type: z._default(contentType, UNKNOWN_TYPE),
  file_name: plainText(FILE_NAME_MAX_CHARACTERS),
});

/** Parses what fal's client sends before it uploads a file. Returns the result or the errors. */
export function parseFalUpload(body: unknown): z.infer<typeof falUpload> | Refusal {
  const parsed = withoutLost(validate(falUpload, withoutNulls(body, falUpload)));
  if (!("errors" in parsed)) return parsed;
  return { errors: parsed.errors.map((error) => ({ ...error, pointer: `/input${error.pointer}` })) };
}

/** Parses what it sends before it uploads a file in parts, which must be media. Returns the media or the errors. */
export function parseFalMediaUpload(body: unknown): FalMedia | Refusal {
  const upload = parseFalUpload(body);
  if ("errors" in upload) return upload;
  const message = "must be the type of an image, a video or a sound, such as video/mp4, for a file of this size";
  return falMedia(upload.content_type) ?? { errors: [{ pointer: "/input/content_type", message }] };
}

/** A validated request with its inline files. */
export interface ParsedRequest {
  readonly request: NewJobRequest;
  readonly files: InlineFiles<InlineFile>;
  /** The caller's trace. It is no part of the request, so a repeat may have another one. */
  readonly traceparent?: string | undefined;
}

/**
 * Parses the body of `POST /jobs`. Returns the request or the errors of its fields. `known`: files that are not in the
 * body, by the texts that stand for them there.
 */
export function parseNewJobRequest(body: unknown, offer: Offer, known?: InlineFiles): ParsedRequest | Refusal {
  const [first] = offer.endpoints;
  const named = typeof body === "object" && body !== null && "endpoint" in body ? body.endpoint : first;
  const model = modelOf(offer.endpoints.find((endpoint) => endpoint === named) ?? first);
  const read = new Map(known);
  const endpoint = z._default(z.enum(offer.endpoints), first);
  const schema = newJobRequest(offer, endpoint, model.input(offer, read));
  const request = validate(schema, withoutNulls(body, schema), ["input", "metadata"]);
  if ("errors" in request) return request;
  const lost = lostCharacters(body);
  if (lost.length > 0) return { errors: lost.slice(0, FIELD_ERRORS_MAX) };
  const files = [...read].flatMap(([text, file]) => (typeof file === "string" ? [] : [[text, file] as const]));
  return { request, files: new Map(files) };
}

/**
 * The body without the optional fields that are null: programs write null for what they leave out. What a schema does
 * not describe, such as the input of other models, stays as it is.
 */
function withoutNulls(value: unknown, schema: z.core.$ZodType | undefined): unknown {
  if (!(schema instanceof z.ZodMiniObject) || typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  const shape = new Map(Object.entries(schema.shape));
  const isLeftOut = (name: string, each: unknown) => each === null && shape.get(name)?._zod.optin !== undefined;
  const fields = Object.entries(value).filter(([name, each]) => !isLeftOut(name, each));
  return Object.fromEntries(fields.map(([name, each]) => [name, withoutNulls(each, shape.get(name))]));
}

/** One entry of a batch. `newJobRequest` validates each entry separately. */
export const batchEntry = z.unknown();

/** The body of `POST /jobs/batch`. */
export const batchRequest = z.strictObject({
  jobs: z
    .array(batchEntry)
    .check(z.minLength(1, { error: batchExpectation() }), z.maxLength(BATCH_MAX_JOBS, { error: batchExpectation() })),
});

/** Parses the body of `POST /jobs/batch`. Returns its entries, or the errors of the batch as a whole. */
export function parseBatchRequest(body: unknown): z.infer<typeof batchRequest> | Refusal {
  return validate(batchRequest, body);
}

/** Parses the body of `POST /uploads`. Returns the request or the errors. */
export function parseNewUploadRequest(body: unknown): z.infer<typeof newUploadRequest> | Refusal {
  return withoutLost(validate(newUploadRequest, withoutNulls(body, newUploadRequest)));
}

/** The request, or an error for each of its texts that lost a character (rule P35). */
function withoutLost<T extends object>(parsed: T | Refusal): T | Refusal {
  const errors = "errors" in parsed ? [] : lostCharacters(parsed);
  return errors.length > 0 ? { errors } : parsed;
}

function isAcceptedPicture(contentType: string): boolean {
  const declared = declaredPicture(contentType);
  return declared === undefined ? !isOtherType(contentType) : isImageType(declared);
}

function deadlineExpectation(): string {
  return `must be from ${DEADLINE_MIN_SECONDS} to ${DEADLINE_MAX_SECONDS} seconds`;
}

function batchExpectation(): string {
  return `must contain 1 to ${BATCH_MAX_JOBS} jobs`;
}
