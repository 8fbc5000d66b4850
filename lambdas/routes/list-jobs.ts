import { boundsOf, type ListQuery, matchesQuery, parseListQuery } from "../contract/list-query.ts";
import { publicJob } from "../contract/public-job.ts";
import type { Route } from "../http/api.ts";
import { orInvalid } from "../http/or-invalid.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { orUnavailable } from "../http/unavailable.ts";
import type { Job } from "../job/job.ts";
import { PAGE_MAX_JOBS, PAGE_MAX_QUERIES, PAGE_MAX_ROWS } from "../limits.ts";
import type { JobTable } from "../table/job-table.ts";
import { makeCursor, readCursor } from "./cursor.ts";

export interface Lister {
  readonly table: Pick<JobTable, "list" | "readMany">;
  readonly master: () => Promise<string>;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

const INVALID_QUERY = "Some query parameters are not valid. `errors` lists each of them.";

/**
 * `GET /jobs`: the caller's jobs, newest first. A filtered page may have fewer jobs than `limit`, or none, and still
 * have a `next_cursor`.
 */
export function listJobs(service: Lister): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const query = orInvalid(parseListQuery(request.query), INVALID_QUERY);
    const master = await service.master();
    const before = query.cursor === undefined ? undefined : readCursor(master, owner, query, query.cursor);
    if (query.cursor !== undefined && before === undefined) {
      const message = "must be the unchanged next_cursor of an earlier page of the same list";
      throw new Problem("invalid_request", INVALID_QUERY, { errors: [{ pointer: "/cursor", message }] });
    }
    const { jobs, endedAt } = await orUnavailable(collect(service.table, owner, query, before));
    const next_cursor = endedAt && makeCursor(master, owner, query, endedAt);
    return { status: 200, body: { data: jobs.map((job) => publicJob(job, service.publicUrl)), next_cursor } };
  };
}

/**
 * Up to `limit` jobs, and the sort key after which the next page starts. The sort key is undefined on the last page.
 * However little a filter matches, a page reads a bounded number of rows (rule P30).
 */
async function collect(table: Lister["table"], owner: string, query: ListQuery, start: string | undefined) {
  const jobs: Job[] = [];
  const bounds = boundsOf(query);
  // DynamoDB rejects a range that ends before it starts.
  if (bounds.from > bounds.to) return { jobs, endedAt: undefined };
  let before = start;
  const filtered = isFiltered(query);
  let rowsRead = 0;
  for (let queries = 0; queries < PAGE_MAX_QUERIES && rowsRead < PAGE_MAX_ROWS; queries++) {
    const limit = filtered ? PAGE_MAX_JOBS : query.limit - jobs.length;
    const { listed, isLast } = await table.list(owner, { ...bounds, before, limit });
    rowsRead += listed.length;
    const rows = await table.readMany(
      listed.map(({ id }) => id),
      !filtered,
    );
    for (const { id, created_at_id } of listed) {
      before = created_at_id;
      const job = rows.get(id);
      if (job !== undefined && matchesQuery(job, query)) jobs.push(job);
      if (jobs.length === query.limit && !(isLast && created_at_id === listed.at(-1)?.created_at_id)) {
        return { jobs, endedAt: before };
      }
    }
    if (isLast) return { jobs, endedAt: undefined };
  }
  return { jobs, endedAt: before };
}

function isFiltered({ status, metadata }: ListQuery): boolean {
  return status !== undefined || metadata !== undefined;
}
