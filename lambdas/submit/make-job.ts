import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import type { ParsedRequest } from "../contract/job-request.ts";
import type { Offer } from "../contract/site.ts";
import { orUnavailable } from "../http/unavailable.ts";
import { keyedJobId, randomJobId } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import type { TypicalDuration } from "../table/typical-duration.ts";
import type { Waiter } from "../table/wait.ts";
import {
  jobDeleted,
  type Order,
  type Recorded,
  type Recorder,
  recordJob,
  replayed,
  reserveBudget,
} from "./record-job.ts";
import { type FileStore, hasFiles, storeFiles } from "./store-files.ts";

/** The collaborators and settings that turn callers' requests into jobs. */
export interface Acceptor extends Recorder, FileStore, Offer, Waiter {
  readonly table: Recorder["table"] & Waiter["table"];
  readonly owners: ReadonlyMap<string, string>;
  readonly typicalDuration: Pick<TypicalDuration, "seconds" | "secondsLeft">;
}

/**
 * Creates the job for a validated request, or returns the job that an earlier request with the same key created. Throws
 * like `prepareJob` and `recordJob`.
 */
export async function makeJob(
  service: Acceptor,
  owner: string,
  key: string | undefined,
  parsed: ParsedRequest,
  answerBy: number,
): Promise<Recorded> {
  const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : keyedJobId(owner, key);
  const order = await prepareJob(service, { id, owner, isKeyed: key !== undefined }, parsed);
  return "existing" in order ? { job: order.existing, isReplay: true } : recordJob(service, order, answerBy);
}

/**
 * All that comes before the row: reserves the job's budget (rule P29), then stores its files at fal (rule P11). If that
 * fails, the budget is given back. A repeated request with a key finds its job first, so no file moves again. Throws
 * like `reserveBudget` and `storeFiles`, and `job_deleted`.
 */
export async function prepareJob(
  service: Acceptor,
  { id, owner, isKeyed }: { readonly id: string; readonly owner: string; readonly isKeyed: boolean },
  parsed: ParsedRequest,
): Promise<Order | { readonly existing: Job }> {
  const fingerprint = fingerprintOf(parsed);
  if (isKeyed && hasFiles(service, parsed)) {
    const { job: existing, isDeleted } = await orUnavailable(service.table.lookUp(id), NOTHING_RECORDED);
    if (isDeleted) throw jobDeleted();
    if (existing) return { existing: replayed(existing, fingerprint, service.publicUrl) };
  }
  const reserved = await reserveBudget(service, { id, owner, fingerprint, endpoint: parsed.request.endpoint });
  if ("existing" in reserved) return reserved;
  try {
    const { traceparent } = parsed;
    return { id, owner, fingerprint, traceparent, ...reserved, ...(await storeFiles(service, { id, owner }, parsed)) };
  } catch (error) {
    await reserved.reservation.giveBack();
    throw error;
  }
}

const NOTHING_RECORDED = "Jobs are temporarily unavailable. Nothing was recorded. Try again.";
