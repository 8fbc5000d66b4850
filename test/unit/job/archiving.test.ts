import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { transition } from "../../../lambdas/job/transition.ts";
import { BIRTH_MS, become, birth, jobError, jobResult, policy } from "../../support/jobs.ts";

const at = BIRTH_MS + 10_000;
const later = at + 1000;
const file = { file_size: 7, sha256: "5f", duration_seconds: 5, width: 1280, height: 720, codec: "avc1.64001f" };
const accepted: JobEvent = { at, by: "submit", type: "accepted", requestId: "req-1" };
const succeeded = { at, by: "webhook", type: "succeeded", result: jobResult } as const;
const failed: JobEvent = { at, by: "webhook", type: "failed", error: jobError };
const expired: JobEvent = { at, by: "sweep", type: "deadline_passed", error: jobError };
const claimed: JobEvent = { at: later, by: "archive", type: "archive_claimed", lookAt: later + 100_000 };
const retried: JobEvent = {
  at: later,
  by: "archive",
  type: "archive_failed",
  lease: later + 100_000,
  retryAt: later + 5000,
};
const archived: JobEvent = { at: later, by: "archive", type: "archived", videoKey: "videos/a/b.mp4", file };
const abandoned: JobEvent = { at: later, by: "archive", type: "archive_abandoned" };

const queued = become(birth(), accepted);
const done = become(queued, succeeded);

describe("copying a video", () => {
  it.each<[string, JobEvent, number | undefined]>([
    ["a success", succeeded, at],
    ["a success whose video is already stored", { ...succeeded, videoKey: "videos/a/b.mp4" }, undefined],
    ["a failure", failed, undefined],
  ])("copying a video is due immediately after %s, or never: %s", (_, event, due) => {
    expect(become(queued, event).archive_due).toBe(due);
  });

  it("copying a video is never due when archiving is disabled", () => {
    const hosting = { ...policy, archivesVideos: false };
    expect(transition(queued, succeeded, hosting).archive_due).toBeUndefined();
    expect(transition(become(queued, failed), succeeded, hosting).archive_due).toBeUndefined();
  });

  it("copying a video is counted when it starts, and postponed by a lease or a back-off (P7)", () => {
    const once = become(done, claimed);
    expect(once).toMatchObject({ archive_attempts: 1, archive_due: later + 100_000, timeline: done.timeline });
    expect(become(once, retried)).toMatchObject({ archive_attempts: 1, archive_due: later + 5000 });
    expect(become(once, retried, claimed).archive_attempts).toBe(2);
  });

  it("copying a video adds the file's metadata to fal's result, and lets the callback be sent immediately (P21)", () => {
    const kept = become(done, claimed, archived);
    expect(kept).toMatchObject({ status: "succeeded", video_key: "videos/a/b.mp4" });
    expect(kept.result).toEqual({ video: { ...jobResult.video, ...file } });
    expect([kept.archive_due, kept.deliver_due, kept.due_at]).toEqual([undefined, later, later]);
    expect(kept.timeline.at(-1)).toMatchObject({ event: "archived", by: "archive" });
  });

  it("copying a video that is given up leaves the result as fal returned it, and lets the callback be sent immediately", () => {
    const left = become(done, claimed, abandoned);
    expect(left).toMatchObject({ status: "succeeded", result: jobResult });
    expect([left.video_key, left.deliver_due, left.due_at]).toEqual([undefined, later, later]);
  });

  it.each([archived, abandoned, claimed, retried])(
    "copying a video changes nothing more once it is done: $type",
    (event) => {
      for (const end of [archived, abandoned]) {
        const over = become(done, end);
        expect(transition(over, event, policy)).toBe(over);
      }
    },
  );

  it.each([
    ["failed", become(queued, failed)],
    ["expired", become(queued, expired)],
  ])(
    "copying a video of a late result stores it beside the state %s, and a due cancel at fal stays due (P14)",
    (status, job) => {
      const late = become(job, succeeded);
      expect(late).toMatchObject({ status, archive_due: at });
      const kept = become(late, archived);
      expect(kept).toMatchObject({ status, late_result: { video: file }, check_due: job.check_due });
      expect([kept.result, kept.due_at]).toEqual([undefined, job.deliver_due]);
    },
  );
});
