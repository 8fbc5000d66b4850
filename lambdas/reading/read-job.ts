import type { Route } from "../http/api.ts";
import { ownerOf } from "../http/owner.ts";
import { Problem } from "../http/problem.ts";
import { isJobId } from "../job/identity.ts";
import { isOpen, type Job } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../job/limits.ts";
import { publicJob } from "../job/public-job.ts";
import type { JobTable } from "../table/job-table.ts";

export interface Reader {
  readonly table: JobTable;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

/** `GET /jobs/{id}`: the job, to its owner alone; 304 when the caller has this version already. */
export function readJob(service: Reader): Route {
  return async (request) => {
    const owner = ownerOf(request, service.owners);
    const { id = "" } = request.pathParameters;
    const job = isJobId(id) ? await read(service.table, id) : undefined;
    if (job === undefined || job.owner !== owner) throw new Problem("not_found", "There is no such job.");
    const etag = `"${job.version}"`;
    const headers = { etag, ...(isOpen(job) && { "retry-after": String(POLL_AFTER_SECONDS) }) };
    if (namesEtag(request.headers.get("if-none-match"), etag)) return { status: 304, headers };
    return { status: 200, headers, body: publicJob(job, service.publicUrl) };
  };
}

async function read(table: JobTable, id: string): Promise<Job | undefined> {
  try {
    return await table.read(id);
  } catch (cause) {
    throw new Problem("table_unavailable", "The job cannot be read at the moment; try again.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}

/** If-None-Match may list several tags, weak ones too; for a read they compare weakly (RFC 9110 §13.1.2). */
function namesEtag(values: readonly string[] | undefined, etag: string): boolean {
  const tags = (values ?? []).flatMap((value) => value.split(",")).map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
