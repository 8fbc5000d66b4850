import type { HttpAnswer, Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { preferredWaitSeconds } from "../http/prefer.ts";
import { type HttpRequest, switches } from "../http/request.ts";
import { fingerprint as fingerprintOf, keyedJobId, randomJobId } from "../job/identity.ts";
import { isDataUri } from "../job/image.ts";
import { isOpen } from "../job/job.ts";
import { estimatedCost } from "../job/price.ts";
import type { NewJobRequest } from "../job/request.ts";
import type { Site } from "../job/site.ts";
import type { UsualTime } from "../table/usual-time.ts";
import { settledWithin } from "../table/wait.ts";
import { checkImage, holdImage, type ImageHolder } from "./hold-image.ts";
import { readRequest } from "./read-request.ts";
import { answer, type Recorded, type Recorder, recordJob, replayed } from "./record-job.ts";

export interface Acceptor extends Recorder, ImageHolder, Site {
  readonly owners: ReadonlyMap<string, string>;
  /** fal's model id, for new jobs. */
  readonly endpoint: string;
  readonly usualTime: Pick<UsualTime, "secondsLeft">;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * `POST /jobs` (design §4): validate, record, submit once, tell; with `Prefer: wait=n` once the job has settled. `?validate_only=1` stops after the
 * first, and says what would be asked of fal and what that would cost.
 */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const { validate_only = false } = switches(request, "validate_only");
    const asked = await readRequest(request, service);
    if (validate_only) return validated(service, owner, asked);
    const { endpoint, publicUrl } = service;
    const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
    const fingerprint = fingerprintOf(endpoint, asked);
    const held = await holdImage(service, { id, owner, isKeyed: key !== undefined }, asked);
    const recorded =
      "existing" in held
        ? { job: replayed(held.existing, fingerprint, publicUrl), isReplay: true }
        : await recordJob(service, { id, owner, endpoint, fingerprint, ...held }, request.answerBy);
    return tell(service, request, recorded);
  };
}

/** The job as it is, or once it has settled, where the caller would wait for that. */
async function tell(service: Acceptor, request: HttpRequest, recorded: Recorded): Promise<HttpAnswer> {
  const waitSeconds = preferredWaitSeconds(request);
  if (waitSeconds === undefined)
    return answer(recorded, service.publicUrl, await service.usualTime.secondsLeft(recorded.job));
  const { job, isReplay } = recorded;
  const waited = (await settledWithin(service, job, waitSeconds, request.answerBy)) ?? job;
  const told = answer({ job: waited, isReplay }, service.publicUrl, await service.usualTime.secondsLeft(waited));
  const headers: Record<string, string> = { ...told.headers, "preference-applied": `wait=${waitSeconds}` };
  if (isOpen(waited)) return { ...told, headers };
  delete headers["retry-after"];
  return { ...told, status: 200, headers };
}

/** Everything that could be refused is refused, and nothing is recorded, sent or spent. */
async function validated(service: Acceptor, owner: string, asked: NewJobRequest): Promise<HttpAnswer> {
  await checkImage(service, owner, asked);
  const { input, ...rest } = asked;
  // A picture that came inline is not sent back.
  const image_url = isDataUri(input.image_url)
    ? input.image_url.slice(0, input.image_url.indexOf(",") + 1)
    : input.image_url;
  const body = {
    ...rest,
    endpoint: service.endpoint,
    input: { ...input, image_url },
    cost: estimatedCost(service.endpoint),
  };
  return { status: 200, body };
}
