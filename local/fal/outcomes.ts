/** How a request ended: what `GET …/requests/{id}` answers. `body` is the model's output or fal's error. */
export interface Outcome {
  readonly status_code: number;
  readonly body: unknown;
  /** The stored film that is sent as a data URI in the body's `video.url`, and the URI's length in characters. */
  readonly inline?: { readonly film: string; readonly uri_bytes: number };
  readonly error_type?: string;
  readonly timeout_type?: "user";
  readonly billable_units: number;
}

const modelErrors = {
  content_policy_violation: [422, "The content could not be processed because it was flagged by a content checker."],
  image_load_error: [
    422,
    "Failed to load the image. Please ensure the image file is not corrupted and is in a supported format.",
  ],
  file_download_error: [422, "Failed to download the file. Please check if the URL is accessible and try again."],
  image_too_small: [422, "Image dimensions are too small."],
  image_too_large: [422, "Image dimensions are too large."],
  file_too_large: [422, "File size exceeds the maximum allowed size."],
  missing: [422, "Field required"],
  string_type: [422, "Input should be a valid string"],
  bool_type: [422, "Input should be a valid boolean"],
  dict_type: [422, "Input should be a valid dictionary"],
  one_of: [422, "Input should be one of the permitted values"],
  internal_server_error: [500, "Internal server error"],
  generation_timeout: [504, "Generation timeout"],
  downstream_service_error: [400, "Downstream service error"],
  downstream_service_unavailable: [503, "Downstream service unavailable"],
} as const satisfies Record<string, readonly [number, string]>;

const infrastructureErrors = {
  request_timeout: [504, "Request timed out"],
  startup_timeout: [504, "Runner failed to start in time"],
  runner_scheduling_failure: [503, "Runner could not be scheduled"],
  runner_connection_timeout: [503, "Runner connection timed out"],
  runner_connection_refused: [503, "Runner connection refused"],
  runner_connection_error: [503, "Runner connection error"],
  runner_disconnected: [503, "Runner disconnected unexpectedly"],
  runner_incomplete_response: [502, "Runner sent an incomplete response"],
  runner_server_error: [500, "Runner server error"],
  internal_error: [500, "Internal error"],
  client_disconnected: [499, "Client disconnected"],
  client_cancelled: [499, "Request was cancelled by the client"],
  bad_request: [400, "Bad request"],
} as const satisfies Record<string, readonly [number, string]>;

/** fal's error types that the model reports, with `detail` as a list (docs/internals/fal-protocol.md#3-errors). */
export type ModelErrorType = keyof typeof modelErrors;
/** fal's error types of its own machinery, with `detail` as a string and `error_type` beside it. */
export type InfrastructureErrorType = keyof typeof infrastructureErrors;

/** The names of all model errors. */
export const modelErrorTypes = keysOf(modelErrors);
/** The names of all infrastructure errors. */
export const infrastructureErrorTypes = keysOf(infrastructureErrors);

/** One entry of a model error's `detail`. */
export interface Detail {
  readonly loc: readonly string[];
  readonly msg: string;
  readonly type: ModelErrorType;
  readonly url: string;
  readonly ctx?: Readonly<Record<string, unknown>>;
  readonly input: unknown;
}

/** Input that the model refuses: thrown while a request runs, ends as its result. */
export class ModelError extends Error {
  readonly details: readonly Detail[];

  constructor(details: readonly Detail[]) {
    super(details.map((detail) => detail.msg).join("; "));
    this.details = details;
  }
}

/** One `detail` entry about `field` of the body, or without one about all of it, echoing what was sent, as fal does. */
export function detailOf(type: ModelErrorType, field: string | undefined, input: unknown, ctx?: Detail["ctx"]): Detail {
  const url = `https://docs.fal.ai/errors/#${type}`;
  return {
    loc: field === undefined ? ["body"] : ["body", field],
    msg: modelErrors[type][1],
    type,
    url,
    ...(ctx && { ctx }),
    input,
  };
}

/** The outcome of a model error; the status is that of its first detail. */
export function refusedBy({ details }: ModelError): Outcome {
  const first = details[0]?.type ?? "internal_server_error";
  return { status_code: modelErrors[first][0], body: { detail: details }, billable_units: 0 };
}

/** The outcome of a failure in fal's own machinery. */
export function brokenBy(type: InfrastructureErrorType): Outcome {
  const [status_code, detail] = infrastructureErrors[type];
  return { status_code, body: { detail, error_type: type }, error_type: type, billable_units: 0 };
}

/** The outcome that a script asks for, whatever the input is. */
export function scriptedOutcome(type: ModelErrorType | InfrastructureErrorType, input: unknown): Outcome {
  if (isInfrastructure(type)) return brokenBy(type);
  return refusedBy(new ModelError([detailOf(type, "prompt", input)]));
}

function isInfrastructure(type: string): type is InfrastructureErrorType {
  return Object.hasOwn(infrastructureErrors, type);
}

function keysOf<K extends string>(table: Readonly<Record<K, unknown>>): K[] {
  return Object.keys(table).filter((key): key is K => Object.hasOwn(table, key));
}
