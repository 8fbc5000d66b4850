import { batch, signal } from "@preact/signals";
import { call, wordsOf } from "./api.ts";
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
const PROMPT_MAX_CHARACTERS = 300;
export const LIST_MAX_JOBS = 10_000;

/** The jobs that match, newest first, as far as they have been read. */
export const rows = signal<readonly Row[]>([]);
export const isReading = signal(false);
/** Whether there may be more of them. */
export const hasMore = signal(false);
export const listTrouble = signal("");
/** Everything that was seen so far, for suggestions: endpoints, and `KEY=VALUE` of metadata. */
export const seenEndpoints = signal<readonly string[]>([]);
export const seenMetadata = signal<readonly string[]>([]);

const SUGGESTIONS_MAX = 100;
let filter: Filter | undefined;
let cursor: string | undefined;
let current = new AbortController();

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
    listTrouble.value = "";
  });
  await readMore();
}

/** Reads the next page that has matches. */
export async function readMore(): Promise<void> {
  if (isReading.value || !hasMore.value || !filter) return;
  const { signal } = current;
  isReading.value = true;
  try {
    for (let page = 0; page < PAGES_AT_ONCE && hasMore.value; page++) {
      const { data, next_cursor } = await readPage(filter, cursor, signal);
      if (signal.aborted) return;
      cursor = next_cursor;
      const matching = data.filter((job) => isWanted(job, filter)).map(rowOf);
      batch(() => {
        rows.value = [...rows.value, ...matching].slice(0, LIST_MAX_JOBS);
        hasMore.value = next_cursor !== undefined && rows.value.length < LIST_MAX_JOBS;
        listTrouble.value = "";
      });
      if (matching.length > 0) return;
    }
  } catch (error) {
    if (!signal.aborted) listTrouble.value = wordsOf(error);
  } finally {
    if (!signal.aborted) isReading.value = false;
  }
}

/** Reads all jobs that match, up to the most that a list holds. */
export async function readAll(): Promise<void> {
  const { signal } = current;
  while (hasMore.value && listTrouble.value === "" && !signal.aborted) await readMore();
}

/** Reads the newest jobs again, and what has become of those that were open. */
export async function refreshList(): Promise<void> {
  if (isReading.value || !filter) return;
  const { signal } = current;
  try {
    const { data, next_cursor } = await readPage(filter, undefined, signal);
    if (signal.aborted) return;
    const oldest = next_cursor === undefined ? "" : (data.at(-1)?.created_at ?? "");
    const fresh = data.filter((job) => isWanted(job, filter)).map(rowOf);
    const known = new Set(fresh.map(({ id }) => id));
    // Of the stretch that the page covers, what it does not have is deleted or matches no more.
    const older = rows.value.filter(({ id, created_at }) => !known.has(id) && oldest !== "" && created_at <= oldest);
    if (!isSame(rows.value, fresh, older)) rows.value = [...fresh, ...older].slice(0, LIST_MAX_JOBS);
    listTrouble.value = "";
  } catch (error) {
    if (!signal.aborted) listTrouble.value = wordsOf(error);
  }
}

/** Shows a changed job at once. */
export function updateRow(job: Job): void {
  rows.value = rows.value.map((row) => (row.id === job.id ? rowOf(job) : row));
}

export function dropRow(id: string): void {
  rows.value = rows.value.filter((row) => row.id !== id);
}

function isSame(before: readonly Row[], fresh: readonly Row[], older: readonly Row[]): boolean {
  if (before.length !== fresh.length + older.length) return false;
  return fresh.every((row, place) => {
    const old = before[place];
    return old?.id === row.id && old.status === row.status && old.hasVideo === row.hasVideo && old.usd === row.usd;
  });
}

async function readPage(wanted: Filter, from: string | undefined, signal: AbortSignal): Promise<JobPage> {
  const query = new URLSearchParams({ limit: String(PAGE_JOBS) });
  if (wanted.statuses.length > 0) query.set("status", wanted.statuses.join(","));
  if (wanted.from) query.set("created_after", new Date(`${wanted.from}T00:00:00`).toISOString());
  if (wanted.to) query.set("created_before", new Date(`${wanted.to}T23:59:59.999`).toISOString());
  for (const each of wanted.metadata) {
    query.set(`metadata.${each.slice(0, each.indexOf("="))}`, each.slice(each.indexOf("=") + 1));
  }
  if (from !== undefined) query.set("cursor", from);
  const page = await call<JobPage>("GET", `/jobs?${query}`, { signal });
  remember(page.data);
  return page;
}

/** The API has no filter for these. */
function isWanted({ endpoint, error, status }: Job, wanted: Filter | undefined): boolean {
  if (wanted?.endpoint && endpoint !== wanted.endpoint) return false;
  return !wanted?.code || (error?.code === wanted.code && !isOpen({ status }));
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
  const pairs = jobs.flatMap(({ metadata = {} }) => Object.entries(metadata).map(([key, value]) => `${key}=${value}`));
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
