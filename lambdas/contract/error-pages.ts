import type { JobErrorCode } from "../job/job.ts";
import type { AnyProblemCode, GATEWAY_STATUS_BY_CODE, STATUS_BY_CODE } from "./problem-codes.ts";

/** A code that a caller can see: the `code` of a problem, or the `error.code` of a job. */
export type AnyErrorCode = AnyProblemCode | JobErrorCode;

/** What a code means, why it happens, and what to do. */
export interface ErrorPage {
  readonly title: string;
  /** The HTTP status of the problem; absent if only a job's `error` has this code. */
  readonly status?: number;
  readonly meaning: string;
  readonly cause: string;
  readonly remedy: string;
}

type StatusByCode = typeof STATUS_BY_CODE & typeof GATEWAY_STATUS_BY_CODE;

/** A page for each code. A page's status must equal the problem's status; otherwise this does not compile. */
type CompletePages = {
  readonly [C in AnyProblemCode]: ErrorPage & { readonly status: StatusByCode[C] };
} & { readonly [C in Exclude<JobErrorCode, AnyProblemCode>]: ErrorPage & { readonly status?: never } };

/** The page for every code: `GET /errors/{code}` serves it, and the OpenAPI document and the guide quote it. */
export const ERROR_PAGES: Readonly<Record<AnyErrorCode, ErrorPage>> = {
  malformed_request: {
    title: "The request is malformed",
    status: 400,
    meaning: "The request could not be parsed. Nothing was done.",
    cause:
      "The body is not valid JSON or form data, its text is not UTF-8, a part of a form has no name, a header or query parameter was sent twice, or a query parameter is unknown.",
    remedy: "Read the `detail` of the problem, correct the request and send it again.",
  },
  malformed_idempotency_key: {
    title: "The Idempotency-Key is malformed",
    status: 400,
    meaning: "The header `Idempotency-Key` cannot be used. Nothing was recorded.",
    cause: "The key is empty, longer than 255 characters, not printable ASCII, or was sent more than once.",
    remedy: "Send one key of 1 to 255 printable ASCII characters, for example a UUID.",
  },
  unauthorized: {
    title: "The API key is missing or wrong",
    status: 401,
    meaning: "The request has no valid API key. Nothing was done.",
    cause: "The header `x-api-key` is missing, or its value is not an enabled API key of this installation.",
    remedy:
      "Send your API key in the header `x-api-key`. The operator can print the first key with the command in the stack's output ApiKeyCommand.",
  },
  signature_invalid: {
    title: "The webhook's signature is invalid",
    status: 401,
    meaning: "A webhook did not prove that it comes from fal. It was ignored, and no job changed.",
    cause:
      "A signature header is missing or was sent twice, the signature is not valid, its timestamp is more than 5 minutes off, or the webhook names a different fal account than the setting `falUserId`.",
    remedy:
      "Callers have nothing to do: only fal calls this route. If webhooks from fal are refused, check the clock and the setting `falUserId`, and check that no proxy changes the body.",
  },
  forbidden: {
    title: "The request is not allowed",
    status: 403,
    meaning: "API Gateway refused the request before it reached the service. Nothing was done.",
    cause: "A resource policy or a web application firewall in front of the API blocks the request.",
    remedy: "Ask the operator which policy or firewall rule of the API applies to you.",
  },
  not_found: {
    title: "Not found",
    status: 404,
    meaning: "There is nothing at this address for your API key.",
    cause:
      "The path is wrong, or the job does not exist, has expired, was deleted, or belongs to another owner. The service does not reveal which of these is true.",
    remedy: "Check the path and the job's id, and use the API key that created the job.",
  },
  method_not_allowed: {
    title: "The method is not allowed here",
    status: 405,
    meaning: "The path exists, but it does not accept this HTTP method.",
    cause: "The path does not accept the method of this request.",
    remedy: "Use one of the methods in the header `Allow`.",
  },
  job_not_retryable: {
    title: "The job cannot be retried",
    status: 409,
    meaning: "The job cannot be retried in its current state. No new job was created.",
    cause: "The job is still open, or it has succeeded. Only a failed, canceled or expired job can be retried.",
    remedy:
      "Wait until the job has settled. If it succeeded and you want another video from the same input, create a new job.",
  },
  job_open: {
    title: "The job is still open",
    status: 409,
    meaning: "The request needs a settled job, and this one has not settled yet. Nothing was changed.",
    cause: "The job is `submitting`, `queued` or `running`. An open job cannot be deleted or delivered again.",
    remedy: "Wait until the job has settled, or cancel it first, and then repeat the request.",
  },
  job_deleted: {
    title: "The job was deleted",
    status: 409,
    meaning: "This request already created a job, and that job was deleted. Nothing was rendered again.",
    cause: "A request was repeated with the `Idempotency-Key` of a deleted job, or a retry of it was requested again.",
    remedy: "To create a new job, use a new `Idempotency-Key`.",
  },
  no_video: {
    title: "The job has no video",
    status: 409,
    meaning: "There is no video to download.",
    cause: "The job is still open, or it ended without a video.",
    remedy: "Wait until the job is `succeeded`. If it failed, was canceled or expired, read its `error` and retry it.",
  },
  no_callback: {
    title: "The job has no callback URL",
    status: 409,
    meaning: "The callback cannot be sent again, because the job has none.",
    cause: "The job was created without a `callback_url`.",
    remedy: "Read the job with `GET /jobs/{id}`, and send a `callback_url` when you create the next one.",
  },
  body_too_large: {
    title: "The body is too large",
    status: 413,
    meaning: "The request's body is larger than this route accepts. Nothing was done.",
    cause: "JSON may have 5 MB and a form 4 MB. Usually an inline image is too large.",
    remedy: "Upload the image with `POST /uploads` first, or use a smaller one.",
  },
  unsupported_media_type: {
    title: "The type or encoding of the body is not supported",
    status: 415,
    meaning: "The route does not accept a body of this type, charset or encoding. Nothing was done.",
    cause:
      "The header `Content-Type` is missing, names a type that this route does not accept, or names a `charset` other than UTF-8 or US-ASCII; or the header `Content-Encoding` is not `identity`; or a part of a form has a `Content-Transfer-Encoding` that changes its bytes.",
    remedy:
      "Send `application/json` in UTF-8, uncompressed. `POST /jobs` also accepts `multipart/form-data`. The `detail` names what was sent instead.",
  },
  invalid_request: {
    title: "The request has invalid fields",
    status: 422,
    meaning: "The request was understood, but some of its fields are not valid. Nothing was recorded.",
    cause:
      "A field is missing, unknown, or out of bounds, or an image cannot be read. `errors` names each field and says what is expected.",
    remedy:
      "Correct the fields in `errors` and send the request again. `POST /jobs/validate` checks a request without creating a job.",
  },
  idempotency_key_reused: {
    title: "The Idempotency-Key was used for another request",
    status: 422,
    meaning: "This key already belongs to a job with a different request. No new job was created.",
    cause: "Two different requests were sent with the same `Idempotency-Key`.",
    remedy: "Use a new key for each new request. Repeat a key only with exactly the same request.",
  },
  input_refused: {
    title: "fal refused the input",
    status: 422,
    meaning:
      "fal or the model refused the job's input. The job failed, and sending the same input again will not help.",
    cause:
      "The model does not accept a value, or fal cannot read the image. The `error.detail` of the job contains fal's own answer.",
    remedy: "Change the input according to fal's message, and create a new job.",
  },
  endpoint_unpriced: {
    title: "The endpoint has no price",
    status: 422,
    meaning: "You have a daily budget, and jobs of this endpoint cannot be counted towards it. Nothing was recorded.",
    cause: "The operator has set a budget for you (setting `dailyBudgets`), but no price for the endpoint.",
    remedy: "Use another endpoint, or ask the operator to set its price (setting `prices`).",
  },
  throttled: {
    title: "Too many requests",
    status: 429,
    meaning: "The request was refused by the rate limit. Nothing was done.",
    cause: "More requests arrived in a short time than the rate limit of your API key or of this route allows.",
    remedy: "Wait for the seconds in `Retry-After` and send the request again, less often.",
  },
  quota_exceeded: {
    title: "The daily quota is used up",
    status: 429,
    meaning: "Your API key has no requests left for today. Nothing was done.",
    cause: "The operator limits how many requests a key may make per day (setting `quotaPerDay`).",
    remedy: "Try again tomorrow, use `Prefer: wait` or callbacks instead of polling, or ask the operator for more.",
  },
  budget_exceeded: {
    title: "The daily budget is used up",
    status: 429,
    meaning: "The job would cost more than what is left of today's budget. Nothing was recorded, sent or billed.",
    cause: "The operator limits what your new jobs may cost per day (setting `dailyBudgets`).",
    remedy: "Wait until midnight UTC (`Retry-After` says how long), or ask the operator for a larger budget.",
  },
  rate_limited: {
    title: "Too often, or too many at once",
    status: 429,
    meaning:
      "The operation was refused because it came too soon after the last one of its kind, or because too many of its kind are open. Nothing was done.",
    cause:
      "A job's callback was requested again too soon, or the callback secret was rotated so often that a callback could no longer carry a signature for each secret that is still valid, or as many streams are open as one owner may have. A client that has left keeps its stream until that ends.",
    remedy: "Wait for the seconds in `Retry-After` and send the request again.",
  },
  internal_error: {
    title: "Internal error",
    status: 500,
    meaning: "The service failed because of a bug or a wrong configuration. The request may have been carried out.",
    cause: "An error that the service did not expect. The operator finds it in the function's log.",
    remedy:
      "Repeat the request with the same `Idempotency-Key`: a recorded job is found again and is not rendered twice. If it happens again, report it to the operator.",
  },
  integration_failure: {
    title: "The service did not answer properly",
    status: 500,
    meaning: "API Gateway got no usable answer from the service. The request may have been carried out.",
    cause: "The function crashed or could not be started, for example because too many run at the same time.",
    remedy:
      "Repeat the request with the same `Idempotency-Key`: a recorded job is found again and is not rendered twice.",
  },
  integration_timeout: {
    title: "The service did not answer in time",
    status: 500,
    meaning: "API Gateway stopped waiting for the service's answer. The request may still be carried out.",
    cause: "The function took longer than API Gateway waits, which is 29 seconds for most routes.",
    remedy:
      "Repeat the request with the same `Idempotency-Key`: a recorded job is found again and is not rendered twice.",
  },
  storage_unavailable: {
    title: "Storage is unavailable",
    status: 503,
    meaning: "A file could not be stored, read or deleted. No job was recorded, sent or billed.",
    cause:
      "fal's file storage or the service's own bucket did not answer, or the request ran out of time before this file.",
    remedy: "Repeat the request after a few seconds.",
  },
  fal_unavailable: {
    title: "fal is unavailable",
    status: 503,
    meaning: "The job was not deleted, because fal could not be asked to stop its request first.",
    cause: "fal did not answer. Deleting the job now would leave a render running.",
    remedy: "Repeat the request after a few seconds.",
  },
  table_unavailable: {
    title: "The job table is unavailable",
    status: 503,
    meaning: "The table that holds the jobs did not answer. If the problem has an `instance`, that job may exist.",
    cause: "DynamoDB was unreachable or rejected the operation for a short time.",
    remedy:
      "Repeat the request after the seconds in `Retry-After`, with the same `Idempotency-Key` if it creates a job.",
  },
  signing_keys_unavailable: {
    title: "fal's signing keys are unavailable",
    status: 503,
    meaning: "A webhook could not be checked, so no job changed. fal will deliver the webhook again.",
    cause: "The host that publishes fal's signing keys did not answer, and no earlier keys are cached.",
    remedy: "Nothing to do: the job also settles without the webhook, because the service checks it at fal.",
  },
  fal_key_missing: {
    title: "FAL_KEY is not configured",
    status: 503,
    meaning:
      "The service has no key for fal yet. A request that stores an image at fal is refused with 503; a job that is already recorded waits and is submitted automatically.",
    cause: "The operator has not stored the fal API key of this installation.",
    remedy: "The operator runs the command in the stack's output FalKeyCommand. Then repeat the refused requests.",
  },
  content_policy_violation: {
    title: "The content policy refused the input",
    meaning: "The model's content policy refused the prompt or the image. The job failed.",
    cause: "The model's safety check found something in the input that it does not allow.",
    remedy: "Change the prompt or the image and create a new job. The same input will be refused again.",
  },
  generation_failed: {
    title: "The model failed",
    meaning: "The model accepted the input, but could not make a video from it. The job failed.",
    cause: "An error in the model while it was rendering. `error.message` contains what fal reported.",
    remedy: "If `error.retryable` is true, retry the job with `POST /jobs/{id}/retry`. Otherwise change the input.",
  },
  infrastructure_failed: {
    title: "fal could not run the model",
    meaning: "fal's infrastructure failed, not the model. The job failed.",
    cause: "For example a crashed or unreachable runner. `error.error_type` contains fal's name for the failure.",
    remedy: "If `error.retryable` is true, retry the job with `POST /jobs/{id}/retry`.",
  },
  result_unusable: {
    title: "The result has no usable video",
    meaning: "fal finished the request, but its result could not be used. The job failed; fal may have billed it.",
    cause:
      "The result contains no video, or it is too large or damaged. With `sync_mode` also: the video is not whole, or its size differs from the size that fal reported.",
    remedy: "Check that the endpoint returns a `video`. Look up the `request_id` in fal's dashboard to see the result.",
  },
  result_expired: {
    title: "The result is gone",
    meaning: "fal no longer had the result when this service fetched it. fal may have run the request and may bill it.",
    cause: "fal keeps results for a limited time, and its webhook did not arrive within that time.",
    remedy:
      "Retry the job with `POST /jobs/{id}/retry` if you accept that it may be billed again. If the job is open, wait: it is checked again automatically.",
  },
  start_timeout: {
    title: "fal did not start the job in time",
    meaning: "fal did not start the request within the time allowed, so it never ran and was never billed.",
    cause: "fal's queue was too long for the `startTimeout` that the caller set in fal's client, or for the time left.",
    remedy:
      "Retry the job with `POST /jobs/{id}/retry`, or submit it again with a larger `startTimeout`. If the job is open, wait: it is submitted again automatically.",
  },
  deadline_exceeded: {
    title: "The deadline passed",
    meaning: "The job did not finish before its deadline. It is `expired`, and fal was asked to stop it.",
    cause: "The model or fal's queue took longer than `deadline_seconds`, or the job waited for fal or its key.",
    remedy:
      "Retry the job, or create a new one with a larger `deadline_seconds`. A video that still arrives is kept as `late_result`.",
  },
  client_cancelled: {
    title: "The request was canceled",
    meaning: "The job was canceled, and fal confirmed it.",
    cause: "A caller canceled the job.",
    remedy: "Nothing to do. If you still want the video, retry the job with `POST /jobs/{id}/retry`.",
  },
  submission_unconfirmed: {
    title: "It is unknown whether fal accepted the job",
    meaning:
      "The service sent the request to fal and could not find out whether fal accepted it. fal may have run it and may bill it. The service never sends it again automatically, so that you do not pay twice.",
    cause: "The connection broke, fal answered with an error, or the function stopped while the request was under way.",
    remedy:
      "Look up the request in fal's dashboard. Retry the job if you accept that it may be billed twice. A video that still arrives is kept as `late_result`.",
  },
  fal_key_refused: {
    title: "fal refused the service's key",
    meaning: "fal does not accept the service's key. The job waits.",
    cause: "The key was revoked, is wrong, or may not use the endpoint.",
    remedy: "The operator corrects the key. The job is then submitted automatically.",
  },
  service_paused: {
    title: "The operator paused the service",
    meaning: "The job is accepted and waits. Nothing is sent to fal while the service is paused.",
    cause: "The operator paused the service, for example for maintenance.",
    remedy:
      "Nothing: the job is submitted automatically when the operator resumes the service. If it has the default deadline, its clock stands still until then, for a limited time.",
  },
  fal_account_locked: {
    title: "fal locked the service's account",
    meaning: "fal accepts nothing from the service's account. The job waits.",
    cause:
      "fal locks accounts whose balance is exhausted, and for other reasons. Its reason is in `detail`. Some accounts were locked although there was credit on them.",
    remedy:
      "The operator adds credit in fal's dashboard, and asks fal's support if the account stays locked. The job is then submitted automatically.",
  },
  fal_balance_exhausted: {
    title: "The service's account at fal has no credit",
    meaning: "fal accepts nothing that costs money from the service's account. The job waits.",
    cause: "The credit of the account is used up.",
    remedy: "The operator adds credit in fal's dashboard. The job is then submitted automatically.",
  },
  endpoint_unknown: {
    title: "fal does not know the endpoint",
    meaning: "fal has no model with the id in `endpoint`. The job waits.",
    cause: "The setting `endpointIds` names a model that does not exist, was removed, or is not open to this account.",
    remedy: "The operator corrects the setting `endpointIds`, or you cancel the job and use another endpoint.",
  },
  fal_busy: {
    title: "fal is rate limiting requests",
    meaning: "fal is temporarily not accepting more requests. The job waits and continues automatically.",
    cause: "The fal account has reached its limit of concurrent requests, or fal is overloaded.",
    remedy: "Nothing to do: wait. If it happens often, ask fal for a higher limit or create fewer jobs at a time.",
  },
  fal_unreachable: {
    title: "fal is unreachable",
    meaning:
      "fal did not answer, or the request ran out of time before fal was called. The job waits and continues automatically.",
    cause: "An outage at fal, or a network problem between this installation and fal.",
    remedy: "Nothing to do: wait. Check fal's status page if it lasts.",
  },
} satisfies CompletePages;
