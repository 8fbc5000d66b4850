import { bodyDigest, tokenHash, webhookToken } from "../job/identity.ts";
import type { Actor, Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";

/**
 * Sends a job that was never sent, or that fal certainly did not accept. Marks the row before the POST, with a new
 * token (rule P12). Returns the updated job. Returns undefined if it was not sent: the circuit breaker is open, another
 * process was faster, or too little time is left until `answerBy` (epoch milliseconds).
 */
export async function submitRecorded(
  service: Submitter,
  job: Job,
  by: Actor,
  answerBy: number,
): Promise<Job | undefined> {
  if (!hasTimeToPost(answerBy, service.now()) || !(await service.circuitBreaker.enter(job.endpoint))) return undefined;
  const token = webhookToken(service.randomBytes(32));
  const lookAt = service.now() + SWEEP_LEASE_MS;
  const attempt = { bodyDigest: bodyDigest(job.input), tokenHash: tokenHash(token), lookAt };
  let claimed: Job | undefined;
  try {
    claimed = await service.jobs.claim(job, by, { type: "attempt_started", ...attempt });
  } finally {
    // Others may wait for this probe (rule P17).
    if (claimed === undefined) await service.circuitBreaker.leave(job.endpoint, undefined);
  }
  if (claimed === undefined) return undefined;
  return submitAttempt(service, service.connectFal(), claimed, token, answerBy, by);
}
