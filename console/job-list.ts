import { batch, signal } from "@preact/signals";
import { ApiProblem, call, wordsOf } from "./api.ts";
import { pairOf, splitPair } from "./pair.ts";
import type { Filter } from "./route.ts";
import { isOpen, type Job, type JobPage, promptOf, type Status } from "./types.ts";

/** What a list shows of a job; the rest is not kept, so that many jobs fit. */
export interface Row {
  readonly id: string;
  readonly status: Status;
  readonly endpoint: string;
  readonly prompt: string;
  readonly created_at: string;
  readonly settled_at?: string;
  readonly code?: string;
  readonly usd: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly hasVideo: boolean;
  readonly hasCallback: boolean;
}

const PAGE_JOBS = 100;
/** Pages that are read at once to fill a screen, where few jobs match. */
const PAGES_AT_ONCE = 10;
export const JOBS_AT_ONCE = PAGES_AT_ONCE * PAGE_JOBS;
/** Open jobs beyond the newest page that a refresh reads again, one by one. */
const OPEN_AGAIN_MAX = 10;
const PROMPT_MAX_CHARACTERS = 300;
export const LIST_MAX_JOBS = 10_000;

/** The jobs that match, newest first, as far as they have been read. */
export const rows = signal<readonly Row[]>([]);
export const isReading = signal(false);
/** Whether there may be more of them. */
export const hasMore = signal(false);
/** Whether reading has paused, because none of many jobs matched. */
export const hasPaused = signal(false);
export const listTrouble = signal("");
/** Everything that was seen so far, for suggestions: endpoints, and `KEY=VALUE` of metadata. */
export const seenEndpoints = signal<readonly string[]>([]);
export const seenMetadata = signal<readonly string[]>([]);

const SUGGESTIONS_MAX = 100;
let filter: Filter | undefined;
let cursor: string | undefined;
let current = new AbortController();
let reading = Promise.resolve();
/** When the newest job was created that has been seen, whether it matched or not. */
let seenUntil = "";

/** Starts to read the jobs that match. What is being read for another filter is dropped. */
export async function openList(next: Filter): Promise<void> {
  current.abort();
  current = new AbortController();
  filter = next;
  cursor = undefined;
  batch(() => {
    rows.value = [];
    hasMore.value = true;
    isReading.value = false;
    hasPaused.value = false;
    listTrouble.value = "";
  });
  seenUntil = "";
  await readMore();
}

/** Reads the next page that has matches, unless it is being read: then it waits for it. */
export function readMore(): Promise<void> {
  if (!isReading.value && hasMore.value && filter) reading = readPages(filter);
  return reading;
}

async function readPages(wanted: Filter): Promise<void> {
  const { signal } = current;
  isReading.value = true;
  hasPaused.value = false;
  try {
    for (let page = 0; page < PAGES_AT_ONCE && hasMore.value; page++) {
      const { data, next_cursor } = await readPage(wanted, cursor, signal);
      if (signal.aborted) return;
      if (cursor === undefined) seenUntil = data[0]?.created_at ?? "";
      cursor = next_cursor;
      const matching = data.filter((job) => isWanted(job, wanted)).map(rowOf);
      batch(() => {
        rows.value = [...rows.value, ...matching].slice(0, LIST_MAX_JOBS);
        hasMore.value = next_cursor !== undefined && rows.value.length < LIST_MAX_JOBS;
        listTrouble.value = "";
      });
      if (matching.length > 0) return;
    }
    hasPaused.value = hasMore.value;
  } catch (error) {
    if (!signal.aborted) listTrouble.value = wordsOf(error);
  } finally {
    if (!signal.aborted) isReading.value = false;
  }
}

/** Reads all jobs that match, up to the most that a list holds. False if that failed, or another list was opened. */
export async function readAll(): Promise<boolean> {
  const { signal } = current;
  while (hasMore.value && listTrouble.value === "" && !signal.aborted) await readMore();
  return listTrouble.value === "" && !signal.aborted;
}

/** Reads the newest jobs again, and what has become of those that were open. */
export async function refreshList(): Promise<void> {
  if (isReading.value || !filter) return;
  const wanted = filter;
  const { signal } = current;
  try {
    const { data, next_cursor } = await readPage(wanted, undefined, signal);
    const fresh = data.filter((job) => isWanted(job, wanted)).map(rowOf);
    const known = new Set(fresh.map(({ id }) => id));
    const oldest = next_cursor === undefined ? "" : (data.at(-1)?.created_at ?? "");
    // Of the stretch that the page covers, what it does not have is deleted or matches no more.
    const isOlder = ({ id, created_at }: Row) => !known.has(id) && oldest !== "" && created_at <= oldest;
    const open = rows.value.filter((row) => isOlder(row) && isOpen(row)).slice(-OPEN_AGAIN_MAX);
    const again = new Map(
      await Promise.all(open.map(async ({ id }) => [id, await readAgain(id, wanted, signal)] as const)),
    );
    if (signal.aborted || isReading.value) return;
    // More jobs have come than a page has: what is between them and the old ones is not known.
    const hasGap = next_cursor !== undefined && oldest > seenUntil;
    seenUntil = data[0]?.created_at ?? "";
    const older = hasGap
      ? []
      : rows.value.filter(isOlder).flatMap((row) => (again.has(row.id) ? (again.get(row.id) ?? []) : row));
    batch(() => {
      if (!isSame(rows.value, [...fresh, ...older])) rows.value = [...fresh, ...older].slice(0, LIST_MAX_JOBS);
      if (hasGap) hasMore.value = true;
      listTrouble.value = "";
    });
    if (hasGap) cursor = next_cursor;
    if (hasGap && fresh.length === 0) await readMore();
  } catch (error) {
    if (!signal.aborted) listTrouble.value = wordsOf(error);
  }
}

/** A job as it is now; undefined if it is gone or matches no more. */
async function readAgain(id: string, wanted: Filter, signal: AbortSignal): Promise<Row | undefined> {
  try {
    const job = await call<Job>("GET", `/jobs/${id}`, { signal });
    return isWanted(job, wanted) ? rowOf(job) : undefined;
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined;
    throw error;
  }
}

/** Shows a changed job at once. */
export function updateRow(job: Job): void {
  rows.value = rows.value.map((row) => (row.id === job.id ? rowOf(job) : row));
}

export function dropRow(id: string): void {
  rows.value = rows.value.filter((row) => row.id !== id);
}

function isSame(before: readonly Row[], after: readonly Row[]): boolean {
  if (before.length !== after.length) return false;
  return after.every((row, place) => {
    const old = before[place];
    return old?.id === row.id && old.status === row.status && old.hasVideo === row.hasVideo && old.usd === row.usd;
  });
}

async function readPage(wanted: Filter, from: string | undefined, signal: AbortSignal): Promise<JobPage> {
  const query = new URLSearchParams({ limit: String(PAGE_JOBS) });
  if (wanted.statuses.length > 0) query.set("status", wanted.statuses.join(","));
  if (wanted.from) query.set("created_after", new Date(`${wanted.from}T00:00:00`).toISOString());
  if (wanted.to) query.set("created_before", new Date(`${wanted.to}T23:59:59.999`).toISOString());
  for (const pair of wanted.metadata) {
    const [key = "", value = ""] = splitPair(pair) ?? [];
    query.set(`metadata.${key}`, value);
  }
  if (from !== undefined) query.set("cursor", from);
  const page = await call<JobPage>("GET", `/jobs?${query}`, { signal });
  remember(page.data);
  return page;
}

/** The API has no filter for the endpoint and the code. */
function isWanted({ endpoint, error, status }: Job, wanted: Filter): boolean {
  if (wanted.endpoint && endpoint !== wanted.endpoint) return false;
  if (wanted.statuses.length > 0 && !wanted.statuses.includes(status)) return false;
  return !wanted.code || (error?.code === wanted.code && !isOpen({ status }));
}

function rowOf(job: Job): Row {
  const { id, status, endpoint, created_at, settled_at, error, cost, metadata = {}, result, callback_url } = job;
  return {
    id,
    status,
    endpoint,
    created_at,
    prompt: promptOf(job).slice(0, PROMPT_MAX_CHARACTERS),
    ...(settled_at !== undefined && { settled_at }),
    ...(error && { code: error.code }),
    usd: cost?.actual_usd ?? cost?.estimated_usd,
    metadata,
    hasVideo: result !== undefined,
    hasCallback: callback_url !== undefined,
  };
}

function remember(jobs: readonly Job[]): void {
  const pairs = jobs.flatMap(({ metadata = {} }) => Object.entries(metadata).map((pair) => pairOf(...pair)));
  seenEndpoints.value = added(
    seenEndpoints.value,
    jobs.map(({ endpoint }) => endpoint),
  );
  seenMetadata.value = added(seenMetadata.value, pairs);
}

function added(known: readonly string[], more: readonly string[]): readonly string[] {
  const all = [...new Set([...known, ...more])].slice(0, SUGGESTIONS_MAX);
  return all.length === known.length ? known : all;
}
