import type { Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { type HttpRequest, jsonBody } from "../http/request.ts";
import { fingerprint as fingerprintOf, keyedJobId, randomJobId } from "../job/identity.ts";
import { JSON_BODY_MAX_BYTES } from "../job/limits.ts";
import { type NewJobRequest, parseNewJobRequest } from "../job/request.ts";
import type { Submitter } from "./attempt.ts";
import { holdImage } from "./hold-image.ts";
import { recordJob, replay } from "./record-job.ts";

export interface Acceptor extends Submitter {
  readonly owners: ReadonlyMap<string, string>;
  /** fal's model id, for new jobs. */
  readonly endpoint: string;
}

/** `POST /jobs` (design §4): validate, record, submit once, tell. */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const asked = readRequest(request);
    const { endpoint, publicUrl } = service;
    const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
    const fingerprint = fingerprintOf(endpoint, asked);
    const held = await holdImage(service, id, key !== undefined, asked);
    if ("existing" in held) return replay(held.existing, fingerprint, publicUrl);
    return recordJob(service, { id, owner, endpoint, fingerprint, ...held, answerBy: request.answerBy });
  };
}

/** Throws `invalid_request`, which names each field, besides what `jsonBody` throws. */
function readRequest(request: HttpRequest): NewJobRequest {
  const parsed = parseNewJobRequest(jsonBody(request, JSON_BODY_MAX_BYTES));
  if (!("errors" in parsed)) return parsed;
  throw new Problem("invalid_request", "The request has fields that are not valid; each is named in `errors`.", parsed);
}
