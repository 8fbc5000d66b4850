import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import type { Offer } from "../contract/site.ts";
import { keyedJobId, randomJobId } from "../job/identity.ts";
import type { TypicalDuration } from "../table/usual-time.ts";
import { type Recorded, type Recorder, recordJob, replayed } from "./record-job.ts";
import { type FileStore, storeFiles } from "./store-files.ts";

/** Everything that it takes to make jobs of what callers ask for. */
export interface Acceptor extends Recorder, FileStore, Offer {
  readonly owners: ReadonlyMap<string, string>;
  readonly typicalDuration: Pick<TypicalDuration, "secondsLeft">;
  readonly pause: (ms: number) => Promise<void>;
}

/** The job that a validated request comes to; with a key, the one that an earlier request with it came to. Throws like `storeFiles` and `recordJob`. */
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
