import type { Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { fingerprint as fingerprintOf, keyedJobId, randomJobId } from "../job/identity.ts";
import type { Submitter } from "./attempt.ts";
import { holdImage, type ImageHolder } from "./hold-image.ts";
import { readRequest } from "./read-request.ts";
import { recordJob, replay } from "./record-job.ts";

export interface Acceptor extends Submitter, ImageHolder {
  readonly owners: ReadonlyMap<string, string>;
  /** fal's model id, for new jobs. */
  readonly endpoint: string;
}

/** `POST /jobs` (design §4): validate, record, submit once, tell. */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const { endpoint, publicUrl } = service;
    const asked = await readRequest(request, publicUrl);
    const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
    const fingerprint = fingerprintOf(endpoint, asked);
    const held = await holdImage(service, { id, owner, isKeyed: key !== undefined }, asked);
    if ("existing" in held) return replay(held.existing, fingerprint, publicUrl);
    return recordJob(service, { id, owner, endpoint, fingerprint, ...held, answerBy: request.answerBy });
  };
}
