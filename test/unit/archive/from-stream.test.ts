import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { streamEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError, jobResult } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { tinyFilm } from "../../support/mp4.ts";

const at = BIRTH_MS + 10_000;
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const succeeded: JobEvent = { at, by: "webhook", type: "succeeded", result: jobResult };
const failed: JobEvent = { at, by: "webhook", type: "failed", error: jobError };
const claimed: JobEvent = { at, by: "archive", type: "archive_claimed", lookAt: at + 100_000 };
const file = { file_size: 7, sha256: "5f" };
const archived: JobEvent = { at, by: "archive", type: "archived", videoKey: "videos/a/b.mp4", file };

/** The service with these jobs, and fal's CDN with their video. */
async function holding(...jobs: readonly Job[]) {
  const service = createMemoryService();
  service.videos.set(jobResult.video.url, tinyFilm("a video"));
  for (const job of jobs) await service.add(job);
  return service;
}

describe("the table's stream", () => {
  it.each<[string, readonly JobEvent[]]>([
    ["that is open", [accepted]],
    ["that failed", [accepted, failed]],
    ["whose video is archived", [accepted, succeeded, archived]],
    ["whose first copy has already started (A12)", [accepted, succeeded, claimed]],
  ])("the table's stream ignores a record of a job %s", async (_, events) => {
    const job = become(birth(), ...events);
    const service = await holding(job);
    const before = JSON.stringify(service.row(job.id));
    expect(await service.archive(streamEvent(job.id))).toEqual({ batchItemFailures: [] });
    expect([JSON.stringify(service.row(job.id)), service.media.state.puts]).toEqual([before, 0]);
  });

  it("the table's stream ignores rows that are not jobs, and processes the jobs beside them", async () => {
    const job = become(birth(), accepted, succeeded);
    const service = await holding(job);
    const event = streamEvent("health", "f".repeat(32), job.id);
    const odd = { Records: [{ eventName: "REMOVE" as const }, ...event.Records] };
    expect(await service.archive(odd)).toEqual({ batchItemFailures: [] });
    expect(service.row(job.id).video_key).toBeDefined();
  });

  it("the table's stream returns every record that could not be read, by its sequence number", async () => {
    const job = become(birth(), accepted, succeeded);
    const service = await holding(job);
    service.state.tableIsDown = true;
    const failures = [{ itemIdentifier: "1" }, { itemIdentifier: "2" }];
    expect(await service.archive(streamEvent(job.id, "0".repeat(32)))).toEqual({ batchItemFailures: failures });
  });

  it.each<[string, ...JobEvent[]]>([
    ["failed", failed],
    ["canceled", { at, by: "cancel", type: "cancel_requested" }, { at, by: "sweep", type: "canceled" }],
    ["expired", { at, by: "sweep", type: "deadline_passed", error: jobError }],
  ])(
    "the table's stream archives the late result of a job that had %s, and the status stays",
    async (status, ...end) => {
      const job = become(birth(), accepted, ...end, succeeded);
      const service = await holding(job);
      await service.archive(streamEvent(job.id));
      const row = service.row(job.id);
      expect(row).toMatchObject({
        status,
        late_result: { video: { ...jobResult.video, file_size: tinyFilm("a video").length } },
      });
      expect([row.result, row.check_due]).toEqual([undefined, job.check_due]);
      expect([...service.media.objects.keys()]).toEqual([row.video_key]);
    },
  );
});
