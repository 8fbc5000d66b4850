import { type InlineFile, replaceFiles } from "../contract/input-file.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import { modelOf } from "../contract/models/models.ts";
import { estimatedCost } from "../contract/price.ts";
import { jobUrl, publicJob } from "../contract/public-job.ts";
import type { HttpAnswer, Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { preferredWaitSeconds } from "../http/prefer.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, switches } from "../http/request.ts";
import { traceparentOf } from "../http/traceparent.ts";
import { isOpen } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../limits.ts";
import { type Acceptor, makeJob } from "../submit/make-job.ts";
import { checkPrice, type Recorded, refusalAtOnce } from "../submit/record-job.ts";
import { checkFiles } from "../submit/store-files.ts";
import { settledWithin } from "../table/wait.ts";
import { readRequest } from "./job-body.ts";

/**
 * `POST /jobs`: validates the request, records the job, submits it once and returns it. With `Prefer: wait=n` it waits
 * until the job has settled. `?validate_only=1` makes it `POST /jobs/validate`.
 */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const { validate_only = false } = switches(request, "validate_only");
    const parsed = { ...(await readRequest(request, service)), traceparent: traceparentOf(request) };
    if (validate_only) return validated(service, owner, parsed);
    return answerJob(service, request, await makeJob(service, owner, key, parsed, request.answerBy));
  };
}

/**
 * `POST /jobs/validate`: checks a request as `POST /jobs` would. Returns the request that would be sent to fal and its
 * estimated cost. Creates nothing.
 */
export function validateJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    return validated(service, owner, await readRequest(request, service));
  };
}

/** The job, or the settled job if the caller wants to wait for it. */
async function answerJob(service: Acceptor, request: HttpRequest, { job, isReplay }: Recorded): Promise<HttpAnswer> {
  const waitSeconds = preferredWaitSeconds(request);
  const waited =
    waitSeconds === undefined ? undefined : await settledWithin(service, job, waitSeconds, request.answerBy);
  const current = waited?.job ?? job;
  const retryAfterSeconds = await service.typicalDuration.secondsLeft(current);
  const patience = { waitSeconds: waited?.hasWaited ? waitSeconds : undefined, retryAfterSeconds };
  return answer({ job: current, isReplay }, service.publicUrl, patience);
}

/**
 * The response to a new or a repeated request. `waitSeconds`: the time that the request was allowed to wait. Throws
 * `input_refused` if fal refused the input of a new job at once.
 */
export function answer(
  { job, isReplay }: Recorded,
  publicUrl: string,
  { waitSeconds, retryAfterSeconds = POLL_AFTER_SECONDS }: Patience = {},
): HttpAnswer {
  const location = jobUrl(publicUrl, job.id);
  const refusal = isReplay ? undefined : refusalAtOnce(job);
  if (refusal) throw new Problem("input_refused", refusal.message, { instance: location, headers: { location } });
  const hasWaited = waitSeconds !== undefined && !isOpen(job);
  const headers = {
    location,
    ...(isReplay && { "idempotency-replayed": "true" }),
    ...(!isReplay && !hasWaited && { "retry-after": String(retryAfterSeconds) }),
    ...(waitSeconds !== undefined && { "preference-applied": `wait=${waitSeconds}` }),
  };
  return { status: isReplay || hasWaited ? 200 : 202, headers, body: publicJob(job, publicUrl) };
}

interface Patience {
  readonly waitSeconds?: number | undefined;
  readonly retryAfterSeconds?: number;
}

/** Runs all checks, and records, sends and spends nothing. */
async function validated(service: Acceptor, owner: string, parsed: ParsedRequest): Promise<HttpAnswer> {
  checkPrice(service, owner, parsed.request.endpoint);
  await checkFiles(service, owner, parsed);
  const { endpoint, input, ...rest } = parsed.request;
  const notes = new Map([...parsed.files].map(([text, file]) => [text, noteOf(file)]));
  const body = {
    ...rest,
    endpoint,
    input: replaceFiles(input, modelOf(endpoint), notes),
    cost: estimatedCost(service.prices, endpoint),
  };
  return { status: 200, body };
}

/** Stands for an inline file, which is not sent back. It is no URL, so nobody takes it for the file. */
function noteOf({ contentType, bytes }: InlineFile): string {
  return `(${contentType}, ${bytes.length} bytes)`;
}
