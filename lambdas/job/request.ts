import * as z from "zod/mini";
import {
  DEADLINE_DEFAULT_SECONDS,
  DEADLINE_MAX_SECONDS,
  DEADLINE_MIN_SECONDS,
  FIELD_ERRORS_MAX,
  METADATA_KEY_MAX_CHARACTERS,
  METADATA_MAX_BYTES,
  METADATA_MAX_KEYS,
  METADATA_VALUE_MAX_CHARACTERS,
  OBJECT_MAX_FIELDS,
  POINTER_PART_MAX_CHARACTERS,
} from "./limits.ts";
import { lucyInput } from "./lucy.ts";
import { clipped, httpsUrl, isWellFormed } from "./text.ts";

const metadata = z.record(z.string(), z.string()).check(
  z.refine((pairs) => Object.keys(pairs).length <= METADATA_MAX_KEYS, {
    error: `must have at most ${METADATA_MAX_KEYS} keys`,
  }),
  z.refine((pairs) => Object.keys(pairs).every((key) => key.length >= 1 && key.length <= METADATA_KEY_MAX_CHARACTERS), {
    error: `must have keys of 1 to ${METADATA_KEY_MAX_CHARACTERS} characters`,
  }),
  z.refine((pairs) => Object.values(pairs).every((value) => value.length <= METADATA_VALUE_MAX_CHARACTERS), {
    error: `must have values of at most ${METADATA_VALUE_MAX_CHARACTERS} characters`,
  }),
  z.refine((pairs) => Buffer.byteLength(JSON.stringify(pairs)) <= METADATA_MAX_BYTES, {
    error: `must be at most ${METADATA_MAX_BYTES} bytes in all`,
  }),
  z.refine((pairs) => Object.entries(pairs).flat().every(isWellFormed), { error: "must be well-formed Unicode" }),
);

/** The body of `POST /jobs`. Optional fields are left out, not null; unknown fields are errors that name them. */
export const newJobRequest = z.strictObject({
  input: lucyInput,
  callback_url: z.optional(httpsUrl()),
  metadata: z.optional(metadata),
  deadline_seconds: z._default(
    z
      .int()
      .check(
        z.minimum(DEADLINE_MIN_SECONDS, { error: deadlineExpectation() }),
        z.maximum(DEADLINE_MAX_SECONDS, { error: deadlineExpectation() }),
      ),
    DEADLINE_DEFAULT_SECONDS,
  ),
});

/** A validated request, its defaults filled in. */
export type NewJobRequest = z.infer<typeof newJobRequest>;

export interface FieldError {
  /** JSON pointer (RFC 6901) to the field. */
  readonly pointer: string;
  readonly message: string;
}

/** The request, or what is wrong with it, field by field. */
export function parseNewJobRequest(body: unknown): NewJobRequest | { readonly errors: readonly FieldError[] } {
  const crowded = crowdedObject(body);
  if (crowded) return { errors: [crowded] };
  const parsed = newJobRequest.safeParse(body, { error: describe });
  const errors = [...(parsed.success ? [] : parsed.error.issues.flatMap(fieldErrors)), ...hiddenKeys(body)];
  if (parsed.success && errors.length === 0) return parsed.data;
  return { errors: errors.slice(0, FIELD_ERRORS_MAX) };
}

/** An object with so many fields is refused as a whole: naming each of half a million wrong ones helps nobody. */
function crowdedObject(body: unknown): FieldError | undefined {
  if (!isRecord(body)) return undefined;
  const objects = [
    ["", body],
    ["/input", body.input],
    ["/metadata", body.metadata],
  ] as const;
  const crowded = objects.find(([, object]) => isRecord(object) && Object.keys(object).length > OBJECT_MAX_FIELDS);
  return crowded && { pointer: crowded[0], message: `must have at most ${OBJECT_MAX_FIELDS} fields` };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** zod drops an own `__proto__` key of a record in silence; we name it like any other unknown field. */
function hiddenKeys(body: unknown): FieldError[] {
  const pairs = typeof body === "object" && body !== null && "metadata" in body ? body.metadata : undefined;
  if (typeof pairs !== "object" || pairs === null || !Object.hasOwn(pairs, "__proto__")) return [];
  return [{ pointer: "/metadata/__proto__", message: "is not an allowed key" }];
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ pointer: pointer([...issue.path, key]), message: "is not a known field" }));
  }
  return [{ pointer: pointer(issue.path), message: issue.message }];
}

/** Says what was expected; zod/mini brings no messages of its own. */
function describe(issue: z.core.$ZodRawIssue): string {
  if (issue.code === "invalid_type") {
    return issue.input === undefined ? "is required" : `must be ${article(issue.expected)}`;
  }
  if (issue.code === "invalid_value")
    return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
  return issue.message ?? "is not valid";
}

function article(type: string): string {
  if (type === "record") return "an object";
  if (type === "int") return "a whole number";
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type}`;
}

function pointer(path: readonly PropertyKey[]): string {
  const parts = path.map((part) => clipped(String(part), POINTER_PART_MAX_CHARACTERS));
  return parts.map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function deadlineExpectation(): string {
  return `must be from ${DEADLINE_MIN_SECONDS} to ${DEADLINE_MAX_SECONDS} seconds`;
}
