import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { listParameters } from "../parameters.ts";
import { empty, headers, json } from "../part.ts";
import { ref } from "../schemas.ts";

const listJobs: Operation = {
  method: "get",
  path: "/jobs",
  id: "listJobs",
  tag: "jobs",
  summary: "List jobs, newest first",
  description:
    "Stable while jobs are being added. The list follows the jobs by a moment; a filtered page may be short, even empty, while there is a `next_cursor`.",
  parameters: listParameters(),
  answers: { 200: json("A page of the caller's own jobs.", ref("JobPage"), { page: examples.jobPage }) },
  problems: ["invalid_request"],
};

const readJob: Operation = {
  method: "get",
  path: "/jobs/{id}",
  id: "readJob",
  tag: "jobs",
  summary: "Read a job",
  parameters: ["JobId", "Logs", "Prefer", "IfNoneMatch"],
  answers: {
    200: json(
      "The job. `Retry-After` while it is open.",
      ref("Job"),
      { succeeded: examples.succeededJob, failed: examples.failedJob, open: examples.queuedJobWithLogs },
      headers("ETag", "Retry-After?", "Preference-Applied?"),
    ),
    304: empty("The caller has this version already.", headers("ETag", "Retry-After?", "Preference-Applied?")),
  },
  problems: ["not_found", "table_unavailable"],
};

const followJob: Operation = {
  method: "get",
  path: "/jobs/{id}/events",
  id: "followJob",
  tag: "jobs",
  summary: "Follow a job as it happens",
  description:
    "Server-sent events, for five minutes at most; `Last-Event-ID` takes the stream up again. `job`: the job, with each transition. `queue`: its place at fal. `log`: a line of what the model says. It ends with the settled job.",
  parameters: ["JobId", "LastEventId"],
  answers: {
    200: {
      description: "The events, until the job has settled.",
      content: {
        "text/event-stream": {
          schema: {
            type: "string",
            contentMediaType: "text/event-stream",
            contentSchema: {
              description: "The `data` of `job`, `queue` and `log`.",
              anyOf: [ref("Job"), ref("QueueEvent"), ref("LogLine")],
            },
          },
          examples: { stream: { value: examples.eventStream } },
        },
      },
    },
    204: empty("The caller has the settled job already; there is nothing to come back for."),
  },
  problems: ["not_found", "table_unavailable"],
};

const cancelJob: Operation = {
  method: "post",
  path: "/jobs/{id}/cancel",
  id: "cancelJob",
  tag: "jobs",
  summary: "Ask for a job to stop",
  description:
    "What was never sent is `canceled` at once. Otherwise fal is asked, `cancel_requested_at` is set, and the first result wins. A settled job answers as it is.",
  parameters: ["JobId"],
  answers: {
    200: json(
      "The job. `Retry-After` while it is open.",
      ref("Job"),
      { canceled: examples.canceledJob },
      headers("Retry-After?"),
    ),
  },
  problems: ["not_found", "table_unavailable"],
};

const deleteJob: Operation = {
  method: "delete",
  path: "/jobs/{id}",
  id: "deleteJob",
  tag: "jobs",
  summary: "Remove a job with its media",
  description: "A later repeat of its request is a 409 and renders nothing.",
  parameters: ["JobId"],
  answers: { 204: empty("The job, its picture and its video are gone.") },
  problems: ["not_found", "job_open", "storage_unavailable", "fal_unavailable", "table_unavailable"],
};

/** The operations on jobs that are there. */
export const jobReading: readonly Operation[] = [listJobs, readJob, followJob, cancelJob, deleteJob];
