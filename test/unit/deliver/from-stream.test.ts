import { describe, expect, it } from "vitest";
import { streamEvent } from "../../support/events.ts";
import { become, birth, jobResult } from "../../support/jobs.ts";
import { createMemoryService } from "../../support/memory-service.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { accepted, answering, minuteMs, secondMs, settledJob, succeeded } from "./settled-job.ts";

describe("the table's stream", () => {
  it("the table's stream delivers nothing for an open job", async () => {
    const service = createMemoryService();
    const job = become(birth(), accepted);
    await service.add(job);
    expect(await service.tell(streamEvent(job.id))).toEqual({ batchItemFailures: [] });
    expect([service.callbacks, service.published, service.row(job.id).version]).toEqual([[], [], job.version]);
  });

  it("the table's stream does not hasten a retry", async () => {
    const { service, state, tell } = await settledJob();
    state.receiver = answering({ status: 500 });
    await tell();
    state.nowMs += secondMs;
    await tell();
    expect(service.callbacks).toHaveLength(1);
  });

  it("the table's stream ignores rows that are not jobs, and delivers the jobs beside them", async () => {
    const { service, row } = await settledJob();
    const event = streamEvent("owner#owner-1", "f".repeat(32), row().id);
    const odd = { Records: [{ eventName: "REMOVE" as const }, ...event.Records] };
    expect(await service.tell(odd)).toEqual({ batchItemFailures: [] });
    expect(service.callbacks).toHaveLength(1);
  });

  it("the table's stream returns every record that could not be handed over, by its sequence number", async () => {
    const { service, state, row } = await settledJob();
    state.tableIsDown = true;
    const failures = [{ itemIdentifier: "1" }, { itemIdentifier: "2" }];
    expect(await service.tell(streamEvent(row().id, "0".repeat(32)))).toEqual({ batchItemFailures: failures });
  });
});

describe("P21: a success whose video is to be archived", () => {
  it("P21: a success whose video is to be archived is delivered only once the copy is there, and then immediately", async () => {
    const { service, row, tell } = await settledJob(succeeded);
    await tell();
    expect(service.callbacks).toEqual([]);
    service.videos.set(jobResult.video.url, tinyFilm("a video"));
    await service.archive(streamEvent(row().id));
    await tell();
    const [callback] = service.callbacks;
    expect(JSON.parse(callback?.body ?? "").data.result.video).toMatchObject({
      file_size: tinyFilm("a video").length,
      sha256: expect.any(String),
    });
    expect(row().due_at).toBeUndefined();
  });

  it("P21: a success whose video is to be archived is delivered at once to a caller that wants it before the copy, and never again after it", async () => {
    const { service, row, tell } = await settledJob(succeeded, { callback_when: "settled" });
    await tell();
    const [callback] = service.callbacks;
    expect(JSON.parse(callback?.body ?? "").data.result.video).toEqual(jobResult.video);
    service.videos.set(jobResult.video.url, tinyFilm("a video"));
    await service.archive(streamEvent(row().id));
    await tell();
    expect(service.callbacks).toHaveLength(1);
    expect(row()).toMatchObject({ video_key: expect.any(String) });
    expect(row().due_at).toBeUndefined();
  });

  it("P21: a success whose video is to be archived to a caller that wants it before the copy is delivered by the next sweep if the stream's record is lost", async () => {
    const { service, sweepAfter } = await settledJob(succeeded, { callback_when: "settled" });
    await sweepAfter(5 * secondMs);
    expect(service.callbacks).toHaveLength(1);
    await sweepAfter(minuteMs);
    expect(service.callbacks).toHaveLength(1);
  });

  it("P21: a success whose video is to be archived is delivered after a minute without the copy, and copying continues", async () => {
    const { service, row, sweepAfter } = await settledJob(succeeded);
    await sweepAfter(0);
    await sweepAfter(minuteMs - 10 * secondMs);
    expect(service.callbacks).toEqual([]);
    for (let sweeps = 0; sweeps < 2; sweeps++) await sweepAfter(10 * secondMs);
    expect(service.callbacks).toHaveLength(1);
    expect(row().archive_due).toBeDefined();
  });
});
