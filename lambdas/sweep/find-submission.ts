import { type PastRequest, readHistory } from "../fal/history.ts";
import { bodyDigest } from "../job/identity.ts";
import type { Job } from "../job/job.ts";
import { HISTORY_SLACK_MS } from "../limits.ts";
import { logError } from "../log.ts";
import { countMetric } from "../metrics.ts";
import type { SubmissionFinder, Sweeper } from "./sweeper.ts";

/**
 * Finds the request ids of lost submissions in fal's history; undefined unless the match is certain. One sweep reads
 * each endpoint's history once for all its jobs (rule P17). A request matches a job only if the image's URL was created
 * for that job alone: two jobs often have equal inputs, and a wrong match would return another caller's video (rule
 * P13). No page is read after `until`, epoch milliseconds, so that a long history leaves time for other jobs (rule P8).
 */
export function submissionFinder(
  service: Pick<Sweeper, "connectFal" | "now" | "policy">,
  until: number,
): SubmissionFinder {
  const histories = new Map<string, readonly PastRequest[]>();
  const underWay = new Map<string, Promise<void>>();
  const read = async (endpoint: string) => {
    const history = await readAll(service, endpoint, until).catch((error: unknown) => {
      logError("fal's history could not be read", error);
      return undefined;
    });
    histories.set(endpoint, history ?? []);
  };
  return {
    reading(job) {
      const { endpoint } = job;
      if (!canBeFound(job) || histories.has(endpoint)) return undefined;
      const reading = underWay.get(endpoint) ?? read(endpoint);
      underWay.set(endpoint, reading);
      return reading;
    },
    find(job) {
      const { attempt } = job;
      if (!canBeFound(job) || attempt === undefined) return undefined;
      const matches = (histories.get(job.endpoint) ?? []).filter((past) => isTheSame(past, attempt));
      if (matches.length > 1) countMetric("DoubleRender", { job_id: job.id });
      return matches.length === 1 ? matches[0]?.requestId : undefined;
    },
  };
}

/** Another job may have the same hosted image, and so the same request (rule P13). */
function canBeFound({ image_held, attempt }: Job): boolean {
  return image_held === true && attempt !== undefined;
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
