import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import type { Offer } from "../contract/site.ts";
import { keyedJobId, randomJobId } from "../job/identity.ts";
import type { TypicalDuration } from "../table/typical-duration.ts";
import { type Recorded, type Recorder, recordJob, replayed } from "./record-job.ts";
import { type FileStore, storeFiles } from "./store-files.ts";

/** The collaborators and settings that turn callers' requests into jobs. */
export interface Acceptor extends Recorder, FileStore, Offer {
  readonly owners: ReadonlyMap<string, string>;
  readonly typicalDuration: Pick<TypicalDuration, "secondsLeft">;
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Creates the job for a validated request, or returns the job that an earlier request with the same key created. Throws
 * like `storeFiles` and `recordJob`.
 */
export async function makeJob(
  service: Acceptor,
  owner: string,
  key: string | undefined,
  parsed: ParsedRequest,
  answerBy: number,
): Promise<Recorded> {
  const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
  const fingerprint = fingerprintOf(parsed);
  const stored = await storeFiles(service, { id, owner, isKeyed: key !== undefined }, parsed);
  return "existing" in stored
    ? { job: replayed(stored.existing, fingerprint, service.publicUrl), isReplay: true }
    : recordJob(service, { id, owner, fingerprint, ...stored }, answerBy);
}
