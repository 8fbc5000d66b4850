import { describe, expect, it } from "vitest";
import { collectLogs } from "../../support/logs.ts";
import { finish, hourMs, oneJob, SUCCESS } from "../../support/one-job.ts";
import { answering, ENDINGS, settledJob } from "./settled-job.ts";

describe("the metrics of a settled job", () => {
  it.each([
    ["succeeded", "JobSucceeded"],
    ["failed", "JobFailed"],
    ["canceled", "JobCanceled"],
    ["expired", "JobExpired"],
  ] as const)(
    "the metrics of a job that %s are recorded once, however often its callback is sent",
    async (status, metric) => {
      const { entries } = collectLogs();
      const { state, row, tell, sweepWhenDue } = await settledJob(ENDINGS[status]);
      state.receiver = answering({ status: 500 }, { status: 200 });
      await tell();
      await sweepWhenDue();
      const recorded = entries.filter((entry) => metric in entry);
      expect(recorded).toHaveLength(1);
      const { created_at, submitted_at, settled_at = "" } = row();
      const total = Date.parse(settled_at) - Date.parse(created_at);
      const ours = submitted_at === undefined ? undefined : Date.parse(submitted_at) - Date.parse(created_at);
      expect(recorded[0]).toMatchObject({ job_id: row().id, TimeToTerminal: total });
      expect(recorded[0]?.TimeOurs).toBe(ours);
      if (ours !== undefined) expect(recorded[0]?.TimeAtFal).toBe(total - ours);
      expect("CostUsd" in (recorded[0] ?? {})).toBe(status === "succeeded");
      expect(entries.filter((entry) => "CallbackDelivered" in entry)).toHaveLength(1);
    },
  );

  it("a job whose webhook was lost counts as recovered by the sweep", async () => {
    const { entries } = collectLogs();
    const job = oneJob();
    await job.submit();
    finish(job.fal, SUCCESS);
    await job.sweepFor(hourMs);
    expect(entries.filter((entry) => "SweepRecovered" in entry)).toHaveLength(1);
  });
});
