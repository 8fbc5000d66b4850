import { replaceTexts } from "../contract/input-file.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import { estimatedCost } from "../contract/price.ts";
import { jobUrl, publicJob } from "../contract/public-job.ts";
import type { HttpAnswer, Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { preferredWaitSeconds } from "../http/prefer.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, switches } from "../http/request.ts";
import { isOpen } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../limits.ts";
import { type Acceptor, makeJob } from "../submit/make-job.ts";
import { type Recorded, refusalAtOnce } from "../submit/record-job.ts";
import { checkFiles } from "../submit/store-files.ts";
import { settledWithin } from "../table/wait.ts";
import { readRequest } from "./job-body.ts";

/**
 * `POST /jobs`: validates the request, records the job, submits it once and returns it; with `Prefer: wait=n` after the
 * job has settled. `?validate_only=1` stops after the validation, and returns what would be sent to fal and what that
 * would cost.
 */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const { validate_only = false } = switches(request, "validate_only");
    const parsed = await readRequest(request, service);
    if (validate_only) return validated(service, owner, parsed);
    return answerJob(service, request, await makeJob(service, owner, key, parsed, request.answerBy));
  };
}

/** The job now, or after it has settled if the caller wants to wait for that. */
async function answerJob(service: Acceptor, request: HttpRequest, { job, isReplay }: Recorded): Promise<HttpAnswer> {
  const waitSeconds = preferredWaitSeconds(request);
  const current =
    waitSeconds === undefined ? job : ((await settledWithin(service, job, waitSeconds, request.answerBy)) ?? job);
  const retryAfterSeconds = await service.typicalDuration.secondsLeft(current);
  return answer({ job: current, isReplay }, service.publicUrl, { waitSeconds, retryAfterSeconds });
}

/**
 * The answer to a new or a repeated request. `waitSeconds` is how long the caller was willing to wait. Throws
 * `input_refused` if fal immediately refused the input of a new request.
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

/** Makes every check that can refuse the request; records, sends and spends nothing. */
async function validated(service: Acceptor, owner: string, parsed: ParsedRequest): Promise<HttpAnswer> {
  await checkFiles(service, owner, parsed);
  const { endpoint, input, ...rest } = parsed.request;
  // A file that was sent inline is not returned.
  const openings = new Map([...parsed.files.keys()].map((text) => [text, text.slice(0, text.indexOf(",") + 1)]));
  const body = { ...rest, endpoint, input: replaceTexts(input, openings), cost: estimatedCost(endpoint) };
  return { status: 200, body };
}
