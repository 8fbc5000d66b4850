import { type ParsedRequest, parseNewJobRequest } from "../contract/job-request.ts";
import { falResult } from "../fal/fal-form.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody } from "../http/request.ts";
import { traceparentOf } from "../http/traceparent.ts";
import type { Job } from "../job/job.ts";
import { FAL_ECHO_MAX_BYTES, JSON_BODY_MAX_BYTES } from "../limits.ts";
import { type Acceptor, makeJob } from "../submit/make-job.ts";
import { refusalAtOnce } from "../submit/record-job.ts";
import { aboutRequest, type FalHttpAnswer, falAnswer, inFalsForm, requestUrls } from "./answer.ts";
import { readFalOptions } from "./options.ts";
import type { Target } from "./target.ts";

/**
 * Handles `queue.submit` of fal's client: creates a normal job, and the client sees the job's id as the request id. The
 * client's automatic retries carry no Idempotency-Key, unless its `headers` set one. So once a row may exist, no answer
 * makes the client retry (rule P16).
 */
export async function submitThroughProxy(
  service: Acceptor,
  owner: string,
  request: HttpRequest,
  { endpoint, webhookUrl }: Extract<Target, { kind: "submit" }>,
): Promise<FalHttpAnswer> {
  if (!service.endpoints.includes(endpoint)) {
    return falAnswer(403, {
      detail: `This service does not serve the endpoint ${endpoint}. It serves ${service.endpoints.join(", ")}.`,
    });
  }
  const input = jsonBody(request, JSON_BODY_MAX_BYTES);
  const make = async () => {
    const submission = readSubmission(service, request, endpoint, input, webhookUrl);
    const parsed = { ...submission, traceparent: traceparentOf(request) };
    const { job } = await makeJob(service, owner, idempotencyKey(request), parsed, request.answerBy);
    return aboutRequest(job.id, refusalAtOnce(job) ? falResult(job) : { status: 200, body: enqueued(job) });
  };
  return inFalsForm(make(), request.body.length <= FAL_ECHO_MAX_BYTES ? input : undefined);
}

function readSubmission(
  service: Acceptor,
  request: HttpRequest,
  endpoint: string,
  input: unknown,
  webhookUrl: string | undefined,
): ParsedRequest {
  const callback = webhookUrl === undefined ? {} : { callback_url: webhookUrl };
  const parsed = parseNewJobRequest({ endpoint, input, ...callback }, service);
  const options = readFalOptions(request);
  if (!("errors" in parsed) && !("errors" in options))
    return {
      ...parsed,
      request: { ...parsed.request, ...options, callback_format: webhookUrl === undefined ? undefined : "fal" },
    };
  const errors = [parsed, options].flatMap((each) => ("errors" in each ? each.errors : []));
  throw new Problem("invalid_request", "The request is not valid. `errors` lists the reasons.", { errors });
}

/** fal's answer to an accepted submission. The real queue position appears only in the status. */
function enqueued(job: Job) {
  return {
    status: "IN_QUEUE",
    request_id: job.id,
    ...requestUrls(job),
    queue_position: 0,
    gateway_request_id: job.id,
  };
}
