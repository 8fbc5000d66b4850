import * as z from "zod/mini";
import { isStorable } from "../contract/storable.ts";
import { type Refusal, validate } from "../contract/validation.ts";
import { type HttpRequest, header } from "../http/request.ts";
import type { FalOptions } from "../job/job.ts";
import {
  FAL_LIFECYCLE_MAX_CHARACTERS,
  FAL_LIFECYCLE_MAX_SECONDS,
  FAL_RUNNER_HINT_MAX_CHARACTERS,
  FAL_START_TIMEOUT_MAX_SECONDS,
} from "../limits.ts";

const timeoutExpectation = `must be a number of seconds greater than 1 and at most ${FAL_START_TIMEOUT_MAX_SECONDS}`;
const lifecycleExpectation = `must be a JSON object of at most ${FAL_LIFECYCLE_MAX_CHARACTERS} characters with expiration_duration_seconds (1 to ${FAL_LIFECYCLE_MAX_SECONDS}) and initial_acl`;

/** The values of fal's switches, in any case, as fal documents them for `x-fal-no-retry`. */
const ON = ["1", "true", "yes"];
const OFF = ["0", "false", "no"];
const switchExpectation = `must be ${ON.join(", ")}, ${OFF.slice(0, -1).join(", ")} or ${OFF.at(-1)}`;
const switchHeader = z.optional(
  z.string().check(z.refine((text) => [...ON, ...OFF].includes(text.toLowerCase()), { error: switchExpectation })),
);

const lifecycle = z.strictObject({
  expiration_duration_seconds: z.optional(z.number().check(z.minimum(1), z.maximum(FAL_LIFECYCLE_MAX_SECONDS))),
  initial_acl: z.optional(z.record(z.string(), z.unknown()).check(z.refine((acl) => isStorable(acl)))),
});

/**
 * The headers in which a client of fal says how fal must run a submission (docs/internals/fal-protocol.md#2-the-queue).
 */
const optionHeaders = z.object({
  "x-fal-queue-priority": z.optional(z.enum(["normal", "low"])),
  "x-fal-runner-hint": z.optional(
    z.string().check(
      z.regex(/^[\x20-\x7e]+$/, { error: "must be printable ASCII" }),
      z.maxLength(FAL_RUNNER_HINT_MAX_CHARACTERS, {
        error: `must be at most ${FAL_RUNNER_HINT_MAX_CHARACTERS} characters`,
      }),
    ),
  ),
  "x-fal-request-timeout": z.optional(z.string().check(z.refine(isTimeout, { error: timeoutExpectation }))),
  "x-fal-no-retry": switchHeader,
  "x-fal-disable-fallbacks": switchHeader,
  "x-app-fal-disable-fallback": switchHeader,
  "x-fal-object-lifecycle-preference": z.optional(
    z.string().check(z.refine((text) => readLifecycle(text) !== undefined, { error: lifecycleExpectation })),
  ),
});

/** The caller's options for fal; undefined if all are fal's defaults. Error pointers name headers. */
export function readFalOptions(request: HttpRequest): { readonly fal_options: FalOptions | undefined } | Refusal {
  const names = Object.keys(optionHeaders.shape);
  const headers = validate(optionHeaders, Object.fromEntries(names.map((name) => [name, header(request, name)])));
  if ("errors" in headers) return headers;
  const priority = headers["x-fal-queue-priority"];
  const timeout = headers["x-fal-request-timeout"];
  const options = {
    // fal's client always sends a priority.
    priority: priority === "normal" ? undefined : priority,
    runner_hint: headers["x-fal-runner-hint"],
    start_timeout_seconds: timeout === undefined ? undefined : Number(timeout),
    no_retry: isOn(headers["x-fal-no-retry"]),
    // fal's documentation has both names.
    disable_fallbacks: isOn(headers["x-fal-disable-fallbacks"]) ?? isOn(headers["x-app-fal-disable-fallback"]),
    object_lifecycle: readLifecycle(headers["x-fal-object-lifecycle-preference"] ?? ""),
  };
  return { fal_options: Object.values(options).some((value) => value !== undefined) ? options : undefined };
}

/** True or undefined: a caller can forbid what fal does on its own, and not allow what the installation forbids. */
function isOn(text: string | undefined): true | undefined {
  return text !== undefined && ON.includes(text.toLowerCase()) ? true : undefined;
}

function isTimeout(text: string): boolean {
  return /^\d{1,6}(\.\d{1,6})?$/.test(text) && Number(text) > 1 && Number(text) <= FAL_START_TIMEOUT_MAX_SECONDS;
}

function readLifecycle(text: string): z.infer<typeof lifecycle> | undefined {
  if (text === "" || text.length > FAL_LIFECYCLE_MAX_CHARACTERS) return undefined;
  try {
    return lifecycle.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
