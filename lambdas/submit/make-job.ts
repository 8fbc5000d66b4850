import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import type { AskedJob } from "../contract/job-request.ts";
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
  asked: AskedJob,
  answerBy: number,
): Promise<Recorded> {
  const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
  const fingerprint = fingerprintOf(asked);
  const held = await storeFiles(service, { id, owner, isKeyed: key !== undefined }, asked);
  return "existing" in held
    ? { job: replayed(held.existing, fingerprint, service.publicUrl), isReplay: true }
    : recordJob(service, { id, owner, fingerprint, ...held }, answerBy);
}
