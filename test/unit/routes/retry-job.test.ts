import { expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { retryJobId } from "../../../lambdas/job/identity.ts";
import { gatewayEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { minuteMs, oneJob, VIDEO } from "../../support/one-job.ts";

const accepted: JobEvent = { at: BIRTH_MS, by: "submit", type: "accepted", requestId: "req-1" };

it("a job that succeeded cannot be retried, and nothing is sent", async () => {
  const scene = oneJob();
  await scene.submit();
  await scene.deliver("OK", { video: VIDEO });
  const answer = await scene.retry();
  expect([answer.statusCode, JSON.parse(answer.body).code]).toEqual([409, "job_not_retryable"]);
  expect([scene.service.rows().size, scene.fal.posts.length]).toEqual([1, 1]);
});

it("a job that is open cannot be retried", async () => {
  const scene = oneJob();
  await scene.submit();
  expect((await scene.retry()).statusCode).toBe(409);
  await scene.sweepFor(minuteMs);
  expect(scene.fal.posts).toHaveLength(1);
});

it("P29: a job whose endpoint was withdrawn since is not retried, and nothing is sent or recorded", async () => {
  const scene = oneJob();
  const failed: JobEvent = { at: BIRTH_MS, by: "webhook", type: "failed", error: jobError };
  const job = { ...become(birth(), accepted, failed), endpoint: "fal-ai/withdrawn" };
  await scene.service.add(job);
  const event = gatewayEvent({ pathParameters: { id: job.id }, headers: {}, apiKeyId: job.owner });
  const answer = await scene.service.retry(event);
  const { code, errors } = JSON.parse(answer.body);
  expect([answer.statusCode, code, errors?.[0]?.pointer]).toEqual([422, "invalid_request", "/endpoint"]);
  expect([scene.service.rows().size, scene.fal.posts.length]).toEqual([1, 0]);
});

it("P16: a repeated retry is answered with its retry, although the endpoint was withdrawn since", async () => {
  const scene = oneJob();
  const failed: JobEvent = { at: BIRTH_MS, by: "webhook", type: "failed", error: jobError };
  const job = { ...become(birth(), accepted, failed), endpoint: "fal-ai/withdrawn" };
  await scene.service.add(job);
  const retry = { ...birth(), id: retryJobId(job.owner, job.id, "k"), endpoint: job.endpoint, retry_of: job.id };
  await scene.service.add(retry);
  const repeat = (key: string) =>
    scene.service.retry(
      gatewayEvent({ pathParameters: { id: job.id }, headers: { "Idempotency-Key": key }, apiKeyId: job.owner }),
    );
  const answer = await repeat("k");
  expect([answer.statusCode, answer.headers?.["idempotency-replayed"]]).toEqual([200, "true"]);
  expect(JSON.parse(answer.body)).toMatchObject({ id: retry.id, retry_of: job.id });
  expect((await repeat("another")).statusCode).toBe(422);
  expect([scene.service.rows().size, scene.fal.posts.length]).toEqual([2, 0]);
});
