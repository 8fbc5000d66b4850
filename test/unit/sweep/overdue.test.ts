import { expect, it } from "vitest";
import { OVERDUE_FACTOR } from "../../../lambdas/limits.ts";
import { collectLogs } from "../../support/logs.ts";
import { answered, finish, hourMs, minuteMs, oneJob, SUCCESS } from "../../support/one-job.ts";

const typicalMs = 2 * minuteMs;

async function running(typicalSeconds?: number) {
  const logs = collectLogs();
  const job = oneJob();
  await job.submit();
  if (typicalSeconds !== undefined) await job.service.putTypicalDuration(job.row().endpoint, typicalSeconds);
  job.fal.status = answered(202, { status: "IN_PROGRESS" });
  return { ...logs, ...job };
}

it("a job that takes over three times as long as is typical is overdue, which counts once and ends with the job", async () => {
  const { metrics, sweepFor, service, get, fal, row } = await running(typicalMs / 1000);
  await sweepFor(OVERDUE_FACTOR * typicalMs);
  expect(row().overdue).toBeUndefined();
  await sweepFor(10 * minuteMs);
  expect(JSON.parse((await get()).body)).toMatchObject({ status: "running", overdue: true });
  await sweepFor(10 * minuteMs);
  expect(metrics).toEqual(["JobOverdue"]);
  finish(fal, SUCCESS);
  await sweepFor(10 * minuteMs);
  const settled = JSON.parse((await get()).body);
  expect([settled.status, "overdue" in settled]).toEqual(["succeeded", false]);
  expect(service.rows().size).toBe(1);
});

it("no job is overdue while nothing is known of its endpoint", async () => {
  const { metrics, sweepFor, row } = await running();
  await sweepFor(hourMs);
  expect([row().status, row().overdue, metrics]).toEqual(["running", undefined, []]);
});
