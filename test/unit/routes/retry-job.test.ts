import { expect, it } from "vitest";
import { minuteMs, oneJob, VIDEO } from "../../support/one-job.ts";

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
