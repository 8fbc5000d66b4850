import { type PastRequest, readHistory } from "../fal/history.ts";
import { bodyDigest } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import { HISTORY_SLACK_MS } from "../limits.ts";
import { countMetric } from "../log.ts";
import type { SweepContext, Sweeper } from "./sweeper.ts";

/**
 * Finds the request ids of lost submissions in fal's history; undefined unless the match is certain. One sweep reads
 * each endpoint's history once for all its jobs (rule P17). A request matches a job only if the image's URL was created
 * for that job alone: two jobs often have equal inputs, and a wrong match would return another caller's video (rule
 * P13). No page is read after `until`, epoch milliseconds, so that a long history leaves time for other jobs (rule P8).
 */
export function submissionFinder(
  service: Pick<Sweeper, "connectFal" | "now" | "policy">,
  until: number,
): SweepContext["findSubmission"] {
  const histories = new Map<string, ReturnType<typeof readAll>>();
  return async (job) => {
    const { attempt, endpoint } = job;
    if (!job.image_held || attempt === undefined) return undefined;
    const history = histories.get(endpoint) ?? readAll(service, endpoint, until);
    histories.set(endpoint, history);
    const matches = ((await history) ?? []).filter((past) => isTheSame(past, attempt));
    if (matches.length > 1) countMetric("DoubleRender", { job_id: job.id });
    return matches.length === 1 ? matches[0]?.requestId : undefined;
  };
}

async function readAll(service: Pick<Sweeper, "connectFal" | "now" | "policy">, endpoint: string, until: number) {
  const { fal, access } = await service.connectFal();
  if (access === undefined) return undefined;
  const now = service.now();
  const start = now - service.policy.submissionWindowMs - HISTORY_SLACK_MS;
  return readHistory(fal, access, endpoint, start, now + HISTORY_SLACK_MS, () => service.now() < until);
}

/**
 * Strict: the digest of the exact body must match, and the request was sent at about the same time. A missing payload
 * proves nothing.
 */
function isTheSame(past: PastRequest, attempt: NonNullable<Job["attempt"]>): boolean {
  if (past.input === undefined || Math.abs(past.sentAt - attempt.at) > HISTORY_SLACK_MS) return false;
  return digestOf(past.input) === attempt.body_digest;
}

/** An input without a canonical form cannot be the one we sent. */
function digestOf(input: unknown): string | undefined {
  try {
    return bodyDigest(input);
  } catch {
    return undefined;
  }
}
