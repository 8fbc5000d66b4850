import { bodyDigest, tokenHash, webhookToken } from "../job/identity.ts";
import type { Actor, Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";

/**
 * Sends a job that was never sent, or was certainly refused: marked before the POST leaves, with a token of its own (rule P12). Gives the job as it
 * is afterwards; undefined when it was not sent, because the gate is closed, somebody else was faster, or there is too little time until `answerBy` (epoch milliseconds).
 */
export async function submitRecorded(
  service: Submitter,
  job: Job,
  by: Actor,
  answerBy: number,
): Promise<Job | undefined> {
  if (!hasTimeToPost(answerBy, service.now()) || !(await service.circuitBreaker.enter())) return undefined;
  const token = webhookToken(service.randomBytes(32));
  const lookAt = service.now() + SWEEP_LEASE_MS;
  const attempt = { bodyDigest: bodyDigest(job.input), tokenHash: tokenHash(token), lookAt };
  const claimed = await service.jobs.claim(job, by, { type: "attempt_started", ...attempt });
  if (claimed === undefined) {
    service.circuitBreaker.leave(undefined);
    return undefined;
  }
  return submitAttempt(service, service.connectFal(), claimed, token, answerBy, by);
}
