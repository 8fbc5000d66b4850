import { isJobId } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import { POLL_AFTER_SECONDS } from "../limits.ts";
import { ownerOf } from "./owner.ts";
import { Problem } from "./problem.ts";
import type { HttpRequest } from "./request.ts";

interface OwnedJobs {
  readonly table: { read(id: string): Promise<Job | undefined> };
  readonly owners: ReadonlyMap<string, string>;
}

/** The job in the path, if the caller owns it. Throws `not_found` for any other job, and `table_unavailable`. */
export async function ownedJob({ table, owners }: OwnedJobs, request: HttpRequest): Promise<Job> {
  const job = await findOwned({ table }, ownerOf(request, owners), request.pathParameters.id ?? "");
  if (job === undefined) throw new Problem("not_found", "There is no such job.");
  return job;
}

/** The job with this id; undefined if there is none or another owner has it. Throws `table_unavailable`. */
export async function findOwned(
  { table }: Pick<OwnedJobs, "table">,
  owner: string,
  id: string,
): Promise<Job | undefined> {
  const job = isJobId(id) ? await read(table, id) : undefined;
  return job?.owner === owner ? job : undefined;
}

async function read(table: OwnedJobs["table"], id: string): Promise<Job | undefined> {
  try {
    return await table.read(id);
  } catch (cause) {
    throw new Problem("table_unavailable", "The job is temporarily unavailable. Try again.", {
      headers: { "retry-after": String(POLL_AFTER_SECONDS) },
      cause,
    });
  }
}
