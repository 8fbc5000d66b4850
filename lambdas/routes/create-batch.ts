import pLimit from "p-limit";
import { fingerprint as fingerprintOf } from "../contract/fingerprint.ts";
import { type ParsedRequest, parseBatchRequest } from "../contract/job-request.ts";
import type { Route } from "../http/api.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem, problemBody } from "../http/problem.ts";
import { jsonBody } from "../http/request.ts";
import { traceparentOf } from "../http/traceparent.ts";
import { batchedJobId, randomJobId } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import {
  BATCH_AT_ONCE,
  BATCH_ENTRY_MAX_MS,
  BATCH_SUBMIT_MS,
  BATCH_UPLOADS_AT_ONCE,
  JSON_BODY_MAX_BYTES,
} from "../limits.ts";
import { logError } from "../log.ts";
import { type Acceptor, prepareJob } from "../submit/make-job.ts";
import { type Recorded, recordUnsent, replayed } from "../submit/record-job.ts";
import { shareBudget } from "../submit/share-budget.ts";
import { shareUploads } from "../submit/share-uploads.ts";
import { uploadKeysOf } from "../submit/store-files.ts";
import { type Sent, submitRecorded } from "../submit/submit-recorded.ts";
import { limitOf } from "../table/budget.ts";
import { answer } from "./create-job.ts";
import { acceptBody } from "./job-body.ts";

/**
 * `POST /jobs/batch`: each entry becomes its own job or its own problem (rule A20). First all jobs are recorded. Then
 * they are sent, ten at a time, until the time is over; the sweep sends the rest. With an Idempotency-Key, the id of an
 * entry is derived from the key and its position (rule P16).
 */
export function acceptBatch(service: Acceptor): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const key = idempotencyKey(request);
    const parsed = parseBatchRequest(jsonBody(request, JSON_BODY_MAX_BYTES));
    const batch = orInvalid(parsed, "The batch is not valid. `errors` lists the reasons.");
    const limit = pLimit(BATCH_AT_ONCE);
    const traceparent = traceparentOf(request);
    const parsedJobs = await Promise.all(
      batch.jobs.map((body) => orProblem(async () => parse(service, owner, body, traceparent))),
    );
    const known = await jobsBefore(service, owner, key, parsedJobs.length);
    const valid = parsedJobs.flatMap((entry, index) => (entry instanceof Problem || known[index] ? [] : entry));
    const endpoints = valid.map(({ parsed }) => parsed.request.endpoint);
    const budget = await shareBudget(service, owner, endpoints);
    const uploads = valid.flatMap(({ uploadKeys }) => uploadKeys);
    const sharing = {
      ...service,
      table: { ...service.table, spend: budget.spend },
      readUpload: shareUploads(service.readUpload, uploads),
    };
    const inTurn = entriesInTurn();
    const recorded = await Promise.all(
      parsedJobs.map((entry, index) =>
        entry instanceof Problem
          ? entry
          : inTurn(entry, () =>
              orProblem(async () => {
                const before = known[index];
                if (before) return repeated(service, before, entry.parsed);
                return recordEntry(sharing, { owner, key, index, answerBy: request.answerBy }, entry.parsed);
              }),
            ),
      ),
    );
    await budget.end();
    const until = service.now() + BATCH_SUBMIT_MS;
    const results = await Promise.all(
      recorded.map((entry) => limit(() => submitEntry(service, entry, until, request.answerBy))),
    );
    return { status: 200, body: { results } };
  };
}

/**
 * The jobs that an earlier request with the same key created, by their positions, so that a repeat reserves no budget for
 * them (rule P29). It is only a saving: an entry whose job is not found here finds it when it is recorded.
 */
async function jobsBefore(
  service: Acceptor,
  owner: string,
  key: string | undefined,
  count: number,
): Promise<readonly (Job | undefined)[]> {
  if (key === undefined || limitOf(service.budgets, owner) === undefined) return [];
  const ids = Array.from({ length: count }, (_, index) => batchedJobId(owner, key, index));
  try {
    const jobs = await service.table.readMany(ids, true);
    return ids.map((id) => jobs.get(id));
  } catch (error) {
    logError("the jobs of a repeated batch could not be looked up", error);
    return [];
  }
}

function repeated({ publicUrl }: Acceptor, before: Job, parsed: ParsedRequest): Recorded {
  return { job: replayed(before, fingerprintOf(parsed), publicUrl), isReplay: true };
}

type Entry = Recorded | Problem;

interface ParsedEntry {
  readonly parsed: ParsedRequest;
  /** The uploads that it names. */
  readonly uploadKeys: readonly string[];
}

function parse(service: Acceptor, owner: string, body: unknown, traceparent: string | undefined): ParsedEntry {
  const parsed = { ...acceptBody(body, service), traceparent };
  return { parsed, uploadKeys: uploadKeysOf(service, owner, parsed) };
}

/** Limits how many entries are recorded at the same time, by the uploads that they hold in memory (rule P28). */
function entriesInTurn() {
  const [none, one, several] = [pLimit(BATCH_AT_ONCE), pLimit(BATCH_UPLOADS_AT_ONCE), pLimit(1)];
  return <T>({ uploadKeys }: ParsedEntry, record: () => Promise<T>): Promise<T> =>
    ([none, one][uploadKeys.length] ?? several)(record);
}

interface BatchPosition {
  readonly owner: string;
  readonly key: string | undefined;
  readonly index: number;
  readonly answerBy: number;
}

async function recordEntry(
  service: Acceptor,
  { owner, key, index, answerBy }: BatchPosition,
  parsed: ParsedRequest,
): Promise<Recorded> {
  if (service.now() > answerBy - BATCH_ENTRY_MAX_MS) throw noTimeLeft();
  const id = key === undefined ? randomJobId(service.now(), service.randomBytes(16)) : batchedJobId(owner, key, index);
  const order = await prepareJob(service, { id, owner, isKeyed: key !== undefined }, parsed);
  return "existing" in order ? { job: order.existing, isReplay: true } : recordUnsent(service, order);
}

/** The same as the response of `POST /jobs`, without headers. */
async function submitEntry(service: Acceptor, entry: Entry, until: number, answerBy: number) {
  if (entry instanceof Problem) return { status: entry.status, problem: problemBody(entry, service.publicUrl) };
  const { job, isReplay } = entry;
  let sent: Sent = {};
  while (!isReplay && service.now() < until) {
    sent = await submitRecorded(service, job, "submit", answerBy);
    if (sent.after === undefined) break;
    await sent.after;
  }
  try {
    const { status, body } = answer({ job: sent.job ?? job, isReplay }, service.publicUrl);
    return { status, job: body };
  } catch (error) {
    if (error instanceof Problem) return { status: error.status, problem: problemBody(error, service.publicUrl) };
    throw error;
  }
}

function noTimeLeft(): Problem {
  return new Problem(
    "storage_unavailable",
    "The request ran out of time before this entry, so no job was created for it. Send the entry again.",
  );
}

async function orProblem<T>(work: () => Promise<T>): Promise<T | Problem> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    logError("a batch entry failed", error);
    return new Problem("internal_error", "Something went wrong on our side. Retry with the same Idempotency-Key.", {
      cause: error,
    });
  }
}
