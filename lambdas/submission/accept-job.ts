import type { HttpAnswer, Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody } from "../http/request.ts";
import { bodyDigest, fingerprint, keyedJobId, randomJobId, tokenHash, webhookToken } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import { JSON_BODY_MAX_BYTES, POLL_AFTER_SECONDS } from "../job/limits.ts";
import { newJob } from "../job/new-job.ts";
import { jobUrl, publicJob } from "../job/public-job.ts";
import { type NewJobRequest, parseNewJobRequest } from "../job/request.ts";
import type { Written } from "../table/job-table.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";
import { holdImage } from "./hold-image.ts";

export interface Acceptor extends Submitter {
  readonly owners: ReadonlyMap<string, string>;
}

/** `POST /jobs` (design §4): validate, record, submit once, tell. */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const asked = readRequest(request);
    const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
    const print = fingerprint(service.endpoint, asked);

    const held = await holdImage(service, id, key !== undefined, asked);
    if ("existing" in held) return replay(held.existing, print, service.publicUrl);

    const token = webhookToken(service.randomBytes(32));
    const job = describeJob(service, { id, owner, print, token, request, asked: held.request });
    const submitting = service.prepare();
    const written = await add(service, job);
    if (written.outcome === "refused") return replay(written.current, print, service.publicUrl);
    const submitted = job.attempt ? await submitAttempt(service, submitting, job, token, request.answerBy) : job;
    return answerNew(submitted, service.publicUrl);
  };
}

interface Description {
  readonly id: string;
  readonly owner: string;
  readonly print: string;
  readonly token: string;
  readonly request: HttpRequest;
  readonly asked: NewJobRequest;
}

/** The row as it is first written: marked as being submitted when there is time to, else left to the sweep. */
function describeJob(service: Acceptor, { id, owner, print, token, request, asked }: Description): Job {
  const at = service.now();
  const birth = {
    id,
    owner,
    at,
    endpoint: service.endpoint,
    fingerprint: print,
    tokenHash: tokenHash(token),
    attemptDigest: hasTimeToPost(request.answerBy, at) ? bodyDigest(asked.input) : undefined,
    firstCheckMs: service.patience.firstCheckMs,
  };
  return { ...newJob(birth, asked), write_id: service.newWriteId() };
}

/** Throws `invalid_request`, which names each field, besides what `jsonBody` throws. */
function readRequest(request: HttpRequest): NewJobRequest {
  const parsed = parseNewJobRequest(jsonBody(request, JSON_BODY_MAX_BYTES));
  if (!("errors" in parsed)) return parsed;
  throw new Problem("invalid_request", "The request has fields that are not valid; each is named in `errors`.", parsed);
}

/** When it stays unknown whether the row was written, the answer names the job, so that the caller can find out (rule P16). */
async function add(service: Acceptor, job: Job): Promise<Written> {
  try {
    return await service.table.add(job);
  } catch (cause) {
    throw new Problem("table_unavailable", "The job may not have been recorded. Retry with the same Idempotency-Key.", {
      instance: jobUrl(service.publicUrl, job.id),
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}

function answerNew(job: Job, publicUrl: string): HttpAnswer {
  const location = jobUrl(publicUrl, job.id);
  if (job.status === "failed" && job.error?.code === "input_refused") {
    throw new Problem("input_refused", job.error.message, { instance: location, headers: { location } });
  }
  const headers = { location, "retry-after": String(POLL_AFTER_SECONDS) };
  return { status: 202, headers, body: publicJob(job, publicUrl) };
}

/** The same request again answers with the job as it is now; another request under the same key is refused. */
function replay(existing: Job | undefined, print: string, publicUrl: string): HttpAnswer {
  if (existing === undefined) {
    throw new Problem("table_unavailable", "The job was being deleted. Retry with the same Idempotency-Key.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
    });
  }
  const location = jobUrl(publicUrl, existing.id);
  if (existing.fingerprint !== print) {
    throw new Problem("idempotency_key_reused", "This Idempotency-Key was already used with another request.", {
      instance: location,
    });
  }
  return { status: 200, headers: { location, "idempotency-replayed": "true" }, body: publicJob(existing, publicUrl) };
}
