import { bodyDigest, tokenHash, webhookToken } from "../job/identity.ts";
import type { Actor, Job } from "../job/job.ts";
import { SWEEP_LEASE_MS } from "../limits.ts";
import { hasTimeToPost, type Submitter, submitAttempt } from "./attempt.ts";

/** What became of a job that was to be sent. */
export interface Sent {
  /** The job after the change. Undefined: nothing changed. */
  readonly job?: Job | undefined;
  /** A probe is under way. Try again after it. */
  readonly after?: Promise<void> | undefined;
}

/**
 * Sends a job that was never sent, or that fal certainly did not accept. Marks the row before the POST, with a new
 * token (rule P12). If the circuit breaker is open, the job says what it waits for, and stays due (rule P33). It is not
 * sent either if another process was faster, or if too little time is left until `answerBy` (epoch milliseconds).
 */
export async function submitRecorded(service: Submitter, job: Job, by: Actor, answerBy: number): Promise<Sent> {
  if (!hasTimeToPost(answerBy, service.now())) return {};
  const { pass, after } = await service.circuitBreaker.tryEnter(job.endpoint);
  if (pass === undefined) {
    const error = service.circuitBreaker.reason(job.endpoint);
    if (after !== undefined || error === undefined) return { after };
    return { job: await service.jobs.claim(job, by, { type: "waiting", error }) };
  }
  let claimed: Job | undefined;
  let token = "";
  try {
    token = webhookToken(service.randomBytes(32));
    const lookAt = service.now() + SWEEP_LEASE_MS;
    const attempt = { bodyDigest: bodyDigest(job.input), tokenHash: tokenHash(token), lookAt };
    claimed = await service.jobs.claim(job, by, { type: "attempt_started", ...attempt });
  } finally {
    // Others may wait for this probe (rule P17).
    if (claimed === undefined) await pass.leave(undefined);
  }
  if (claimed === undefined) return {};
  return { job: await submitAttempt(service, pass, service.connectFal(), claimed, token, answerBy, by) };
}
