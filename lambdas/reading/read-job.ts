import type { Route } from "../http/api.ts";
import { ownedJob } from "../http/owned-job.ts";
import { isOpen } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../job/limits.ts";
import { publicJob } from "../job/public-job.ts";
import type { JobTable } from "../table/job-table.ts";

export interface Reader {
  readonly table: Pick<JobTable, "read">;
  readonly owners: ReadonlyMap<string, string>;
  readonly publicUrl: string;
}

/** `GET /jobs/{id}`: the job, to its owner alone; 304 when the caller has this version already. */
export function readJob(service: Reader): Route {
  return async (request) => {
    const job = await ownedJob(service, request);
    const etag = `"${job.version}"`;
    const headers = { etag, ...(isOpen(job) && { "retry-after": String(POLL_AFTER_SECONDS) }) };
    if (namesEtag(request.headers.get("if-none-match"), etag)) return { status: 304, headers };
    return { status: 200, headers, body: publicJob(job, service.publicUrl) };
  };
}

/** If-None-Match may list several tags, weak ones too; for a read they compare weakly (RFC 9110 §13.1.2). */
function namesEtag(values: readonly string[] | undefined, etag: string): boolean {
  const tags = (values ?? []).flatMap((value) => value.split(",")).map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.includes(etag) || tags.includes("*");
}
