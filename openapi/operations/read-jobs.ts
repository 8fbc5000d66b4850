import * as examples from "../examples.ts";
import type { Operation } from "../operation.ts";
import { listParameters, usageParameters } from "../parameters.ts";
import { empty, headers, json } from "../part.ts";
import { ref } from "../schemas.ts";

const listJobs: Operation = {
  method: "get",
  path: "/jobs",
  id: "listJobs",
  tag: "jobs",
  summary: "List jobs, newest first",
  description:
    "Pages stay consistent while jobs are being added. A change to a job appears in the list after a short delay. A filtered page may have fewer jobs than `limit`, or none, and still have a `next_cursor`.",
  parameters: listParameters(),
  answers: { 200: json("One page of the caller's jobs.", ref("JobPage"), { page: examples.jobPage }) },
  problems: ["invalid_request"],
};

const readUsage: Operation = {
  method: "get",
  path: "/usage",
  id: "readUsage",
  tag: "jobs",
  summary: "Read what your jobs came to",
  description:
    "Jobs by outcome, cost, seconds of video and times, of the jobs that were created in a period. Added up from the jobs themselves, deleted ones too, so repeats and failures never count twice. Jobs that have expired from the table are not in it.",
  parameters: usageParameters(),
  answers: { 200: json("The sums.", ref("Usage"), { month: examples.usage }) },
  problems: ["invalid_request", "table_unavailable"],
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
      "The job. `Retry-After` is present until it has settled.",
      ref("Job"),
      { succeeded: examples.succeededJob, failed: examples.failedJob, open: examples.queuedJobWithLogs },
      headers("ETag", "Retry-After?", "Preference-Applied?"),
    ),
    304: empty(
      "The job has not changed since the version in `If-None-Match`.",
      headers("ETag", "Retry-After?", "Preference-Applied?"),
    ),
  },
  problems: ["not_found", "table_unavailable"],
};

const followJob: Operation = {
  method: "get",
  path: "/jobs/{id}/events",
  id: "followJob",
  tag: "jobs",
  summary: "Follow a job as an event stream",
  description:
    "Server-sent events. A connection lasts at most one minute; reconnect with `Last-Event-ID`, in the header or in the query, to continue. `job`: the job, after each change. `queue`: its position in fal's queue. `log`: one log line of the model. The stream ends with the settled job.",
  parameters: ["JobId", "LastEventId", "LastEventIdInQuery"],
  answers: {
    200: {
      description: "Events until the job has settled.",
      content: {
        "text/event-stream": {
          schema: {
            type: "string",
            contentMediaType: "text/event-stream",
            contentSchema: ref("StreamEvent"),
          },
          examples: { stream: { value: examples.eventStream } },
        },
      },
    },
    204: empty("The caller already has the settled job. There is no reason to reconnect."),
  },
  problems: ["not_found", "table_unavailable"],
};

const cancelJob: Operation = {
  method: "post",
  path: "/jobs/{id}/cancel",
  id: "cancelJob",
  tag: "jobs",
  summary: "Request a job's cancellation",
  description:
    "A job that was never sent to fal becomes `canceled` at once. Otherwise `cancel_requested_at` is set and fal is asked to stop the job; whichever result arrives first counts. A settled job is returned unchanged.",
  parameters: ["JobId"],
  answers: {
    200: json(
      "The job. `Retry-After` is present until it has settled.",
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
  summary: "Delete a job and its media",
  description:
    "fal is asked to delete the request's payloads and its own copy of the video, which it does only for admin keys. The input files stay at fal, under their URLs, for as long as fal keeps media. If the request that created the job is then repeated, it returns 409 and renders nothing.",
  parameters: ["JobId"],
  answers: { 204: empty("The job, and its image and video in the bucket, are deleted.") },
  problems: ["not_found", "job_open", "storage_unavailable", "fal_unavailable", "table_unavailable"],
};

/** The operations on existing jobs. */
export const jobReading: readonly Operation[] = [listJobs, readUsage, readJob, followJob, cancelJob, deleteJob];
