import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readRefusal } from "../../lambdas/fal/submission.ts";
import { ARCHIVE_WINDOW_MS, VIDEO_UNRECORDED_MAX } from "../../lambdas/limits.ts";
import type { Metric } from "../../lambdas/metrics.ts";
import { measureOldestDue } from "../../lambdas/sweep/measure-backlog.ts";
import { collectLogs } from "../support/logs.ts";
import { answered, hourMs, minuteMs, oneJob, unknown } from "../support/one-job.ts";
import { sharedTemplate } from "../support/template.ts";
import { answering, ENDINGS, settledJob } from "./deliver/settled-job.ts";

/** What moves the metric of each alarm: the code that runs in production. */
const MOVERS: Partial<Record<Metric, () => Promise<unknown>>> = {
  FalKeyRefused: () => submitting(readRefusal(answered(401))),
  FalAccountLocked: () => submitting(readRefusal(answered(403, { detail: "User is locked." }))),
  FalBalanceExhausted: () => submitting(readRefusal(answered(402))),
  EndpointUnknown: () => submitting(readRefusal(answered(404))),
  SubmissionUnconfirmed: () => submitting(unknown),
  async DoubleRender() {
    const job = oneJob();
    await job.submit();
    // A second POST, and fal delivers another request for it.
    await job.service.change(job.row().id, { attempt: { number: 2, at: 0, outcome: "accepted", body_digest: "" } });
    await job.deliver("OK", { video: { url: "https://v3.fal.media/files/b/x.mp4" } }, "req-2");
  },
  async VideoNotKept() {
    const job = await settled({ video: { url: "https://v3.fal.media/files/b/gone.mp4" } });
    job.service.state.nowMs += ARCHIVE_WINDOW_MS + hourMs;
    await job.service.sweep();
  },
  async VideoCrashesReader() {
    const job = oneJob();
    await job.submit();
    const checks_unrecorded = 2 * VIDEO_UNRECORDED_MAX + 1;
    await job.service.change(job.row().id, { checks_unrecorded, check_due: 0, due_at: 0 });
    await job.service.sweep();
  },
  EventGivenUp: () => givenUp("the bus"),
  CallbackGivenUp: () => givenUp("the receiver"),
  async PaidNotDelivered() {
    const job = await settled({ video: { url: "https://v3.fal.media/files/b/gone.mp4" } });
    job.service.state.nowMs += 2 * hourMs;
    await job.service.sweep();
  },
  async JobOverdue() {
    const job = oneJob();
    await job.submit();
    await job.service.putTypicalDuration(job.row().endpoint, 60);
    job.fal.status = answered(202, { status: "IN_PROGRESS" });
    await job.sweepFor(20 * minuteMs);
  },
  async OldestDue() {
    const job = oneJob();
    await job.submit();
    job.service.state.nowMs += hourMs;
    await measureOldestDue({ table: job.service.table, now: () => job.service.state.nowMs });
  },
  JobSucceeded: () => told("succeeded"),
  JobFailed: () => told("failed"),
  JobExpired: () => told("expired"),
};

async function submitting(submission: ReturnType<typeof readRefusal>) {
  const job = oneJob();
  job.fal.submission = submission;
  await job.submit();
}

async function settled(payload: object) {
  const job = oneJob();
  await job.submit();
  await job.deliver("OK", payload);
  return job;
}

async function told(status: keyof typeof ENDINGS) {
  await (await settledJob(ENDINGS[status])).tell();
}

async function givenUp(what: "the bus" | "the receiver") {
  const { state, row, tell, sweepWhenDue } = await settledJob();
  if (what === "the bus") state.busIsDown = true;
  else state.receiver = answering({ status: 503 });
  await tell();
  while (row().deliver_due !== undefined) await sweepWhenDue();
}

const templateSchema = z.object({
  Resources: z.record(z.string(), z.object({ Type: z.string(), Properties: z.unknown() })),
});
const { Resources } = templateSchema.parse(await sharedTemplate());
const alarms = JSON.stringify(Object.values(Resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm"));
const watched = [...alarms.matchAll(/"MetricName":"(\w+)","Namespace":"FalJobs"/g)].map(([, name = ""]) => name);

describe("the metric of an alarm", () => {
  it.each([...new Set(watched)])("the metric of an alarm moves when its trouble happens: %s", async (name) => {
    const { entries } = collectLogs();
    const move = MOVERS[name as Metric];
    expect(move).toBeDefined();
    await move?.();
    const values = entries.map((entry) => entry[name]).filter((value) => value !== undefined);
    expect(Math.max(...(values as number[]))).toBeGreaterThan(0);
  });

  it("the metric of an alarm is watched under the name that this test moves", () => {
    expect(new Set(watched)).toEqual(new Set(Object.keys(MOVERS)));
  });
});
