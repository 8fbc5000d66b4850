import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import { heldFiles, isInlineFile, replaceTexts } from "../contract/input-file.ts";
import { modelOf } from "../contract/models/models.ts";
import { estimatedCost } from "../contract/price.ts";
import type { Offer } from "../contract/site.ts";
import type { HttpAnswer, Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { ownerOf } from "../http/owner.ts";
import { preferredWaitSeconds } from "../http/prefer.ts";
import { type HttpRequest, switches } from "../http/request.ts";
import { keyedJobId, randomJobId } from "../job/identity.ts";
import { isOpen } from "../job/job.ts";
import type { NewJobRequest } from "../job/new-job.ts";
import { answer, type Recorded, type Recorder, recordJob, replayed } from "../submit/record-job.ts";
import { checkFiles, type FileHolder, holdFiles } from "../submit/store-files.ts";
import type { UsualTime } from "../table/usual-time.ts";
import { settledWithin } from "../table/wait.ts";
import { readRequest } from "./job-body.ts";

export interface Acceptor extends Recorder, FileHolder, Offer {
  readonly owners: ReadonlyMap<string, string>;
  readonly usualTime: Pick<UsualTime, "secondsLeft">;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * `POST /jobs`: validate, record, submit once, tell; with `Prefer: wait=n` once the job has settled.
 * `?validate_only=1` stops after the
 * first, and says what would be asked of fal and what that would cost.
 */
export function acceptJob(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const { validate_only = false } = switches(request, "validate_only");
    const asked = await readRequest(request, service);
    if (validate_only) return validated(service, owner, asked);
    return tell(service, request, await makeJob(service, owner, key, asked, request.answerBy));
  };
}

/** The job that a validated request comes to; with a key, the one that an earlier request with it came to. Throws like `holdFiles` and `recordJob`. */
export async function makeJob(
  service: Acceptor,
  owner: string,
  key: string | undefined,
  asked: NewJobRequest,
  answerBy: number,
): Promise<Recorded> {
  const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
  const fingerprint = fingerprintOf(asked);
  const held = await holdFiles(service, { id, owner, isKeyed: key !== undefined }, asked);
  return "existing" in held
    ? { job: replayed(held.existing, fingerprint, service.publicUrl), isReplay: true }
    : recordJob(service, { id, owner, fingerprint, ...held }, answerBy);
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
  await checkFiles(service, owner, asked);
  const { endpoint, input, ...rest } = asked;
  const inline = heldFiles(input, modelOf(endpoint), service.publicUrl).filter(({ url }) => isInlineFile(url));
  // A file that came inline is not sent back.
  const openings = new Map(inline.map(({ url }) => [url, url.slice(0, url.indexOf(",") + 1)]));
  const body = { ...rest, endpoint, input: replaceTexts(input, openings), cost: estimatedCost(endpoint) };
  return { status: 200, body };
}
