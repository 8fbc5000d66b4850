import { describe, expect, it } from "vitest";
import { usageFacts } from "../../../lambdas/contract/usage.ts";
import type { Deletion } from "../../../lambdas/fal/client.ts";
import { collectLogs } from "../../support/logs.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { answered, COMPLETED, oneJob, REQUEST, unknown, VIDEO } from "../../support/one-job.ts";
import { dataUriOf } from "../../support/pictures.ts";

const KEY = { "Idempotency-Key": "key-1" };

type Scene = ReturnType<typeof oneJob>;

/** A job that succeeded, with an archived video. */
async function kept() {
  const job = oneJob();
  await job.submit(REQUEST, KEY);
  await job.deliver("OK", { video: VIDEO });
  job.service.videos.set(VIDEO.url, tinyFilm("a video"));
  await job.archive();
  return job;
}

/** Everything that is left. */
function remains({ service }: Scene) {
  return { rows: service.rows().size, objects: [...service.media.objects.keys()] };
}

const NOTHING = { rows: 0, objects: [] };

describe("deleting a job", () => {
  it("deleting a job answers 204, and leaves only its id, two times and what its owner's usage needs, until the tombstone expires (P16)", async () => {
    const job = await kept();
    const { id, expires_at, owner, created_at_id } = job.row();
    const usage = JSON.parse(JSON.stringify(usageFacts(job.row())));
    expect(await job.remove()).toMatchObject({ statusCode: 204, body: "" });
    expect(remains(job)).toEqual(NOTHING);
    const deleted_at = new Date(job.service.state.nowMs).toISOString();
    expect([...job.service.tombstones().values()]).toEqual([
      { id, deleted_at, expires_at, owner, created_at_id, usage },
    ]);
  });

  it("deleting a job also deletes the upload of its image", async () => {
    const job = oneJob();
    const made = await job.upload({ content_type: "image/png", size: 12 });
    const image_url = JSON.parse(made.body).image_url;
    await job.put(image_url);
    await job.submit({ input: { ...REQUEST.input, image_url } });
    await job.deliver("OK", { video: VIDEO });
    expect(remains(job).objects).toEqual(job.row().upload_keys);
    await job.remove();
    expect(remains(job)).toEqual(NOTHING);
  });

  it("deleting a job fails while its upload cannot be removed, with the row still there, and removes it when repeated (P3)", async () => {
    const job = oneJob();
    const { media } = job.service;
    const image_url = JSON.parse((await job.upload({ content_type: "image/png", size: 12 })).body).image_url;
    await job.put(image_url);
    await job.submit({ input: { ...REQUEST.input, image_url } });
    await job.deliver("OK", { video: VIDEO });
    media.state.refusesRemovals = true;
    expect((await job.remove()).statusCode).toBe(503);
    expect(remains(job)).toEqual({ rows: 1, objects: job.row().upload_keys });
    media.state.refusesRemovals = false;
    await job.remove();
    expect(remains(job)).toEqual(NOTHING);
  });

  it("deleting a job asks fal to delete the payloads, and logs what was deleted and where", async () => {
    const { lines } = collectLogs();
    const job = await kept();
    const { id } = job.row();
    await job.remove();
    expect(job.fal.deletions).toEqual(["req-1"]);
    const said = { job_id: id, objects: 1, request_id: "req-1", fal_payloads: "deleted" };
    expect(lines).toContainEqual({ message: "job deleted", ...said });
  });

  it.each<Deletion>(["not_allowed", "unanswered"])(
    "deleting a job succeeds even if fal's answer is %s",
    async (deletion) => {
      const { lines } = collectLogs();
      const job = await kept();
      job.fal.deletion = deletion;
      expect((await job.remove()).statusCode).toBe(204);
      expect(lines).toContainEqual(expect.objectContaining({ message: "job deleted", fal_payloads: deletion }));
    },
  );

  it("deleting a job asks fal nothing for a job that never reached it, or without a key", async () => {
    const job = oneJob();
    job.service.state.falKey = undefined;
    await job.submit();
    await job.cancel();
    expect((await job.remove()).statusCode).toBe(204);
    const other = await kept();
    other.service.state.falKey = undefined;
    expect((await other.remove()).statusCode).toBe(204);
    expect([job.fal.deletions, other.fal.deletions]).toEqual([[], []]);
  });

  it.each(["submitting", "queued"])(
    "deleting a job is rejected with 409 while it is %s, and nothing is deleted",
    async (status) => {
      const job = oneJob();
      if (status === "submitting") job.fal.submission = unknown;
      await job.submit();
      const before = job.row();
      const answer = await job.remove();
      expect(JSON.parse(answer.body)).toMatchObject({
        status: 409,
        code: "job_open",
        instance: expect.stringContaining(before.id),
      });
      expect([job.row(), job.fal.deletions]).toEqual([before, []]);
    },
  );

  it("P14: deleting a job first cancels at fal what may still run, and deletes nothing before fal has answered", async () => {
    const job = oneJob();
    await job.submit();
    job.fal.cancellation = answered(502);
    await job.cancel();
    await job.deliver("ERROR", { detail: "failed" });
    expect(job.row()).toMatchObject({ status: "failed", fal_cancel: "due" });
    expect(JSON.parse((await job.remove()).body)).toMatchObject({ status: 503, code: "fal_unavailable" });
    expect(remains(job).rows).toBe(1);
    job.fal.cancellation = COMPLETED;
    expect((await job.remove()).statusCode).toBe(204);
    expect([job.fal.cancellations.length, job.fal.deletions]).toEqual([3, ["req-1"]]);
  });

  it("deleting a job is a 404 for other owners, and nothing is deleted", async () => {
    const job = await kept();
    const before = remains(job);
    expect((await job.remove({ apiKeyId: "key-id-2" })).statusCode).toBe(404);
    expect([remains(job), job.fal.deletions]).toEqual([before, []]);
  });

  it("deleting a job fails while the bucket is down, with the row still there, and works when repeated", async () => {
    const job = await kept();
    job.service.media.state.isDown = true;
    expect((await job.remove()).statusCode).toBeGreaterThanOrEqual(500);
    expect(remains(job)).toMatchObject({ rows: 1, objects: [job.row().video_key] });
    job.service.media.state.isDown = false;
    expect((await job.remove()).statusCode).toBe(204);
    expect(remains(job)).toEqual(NOTHING);
  });

  it("deleting a job starts again when the video is stored meanwhile, and leaves nothing of it (P1, P3)", async () => {
    const job = oneJob();
    await job.submit();
    await job.deliver("OK", { video: VIDEO });
    job.service.videos.set(VIDEO.url, tinyFilm("a video"));
    const { bucket, state } = job.service.media;
    const { removeAll } = bucket;
    bucket.removeAll = async (prefix) => {
      const removed = await removeAll(prefix);
      if (state.puts === 0) await job.archive();
      return removed;
    };
    expect((await job.remove()).statusCode).toBe(204);
    expect([state.puts, remains(job)]).toEqual([1, NOTHING]);
  });
});

describe("a deleted job", () => {
  it("a deleted job is a 404 on each of its routes", async () => {
    const job = await kept();
    await job.remove();
    for (const ask of [job.get, job.remove, job.video, job.retry]) expect((await ask()).statusCode).toBe(404);
    expect(await job.cancelRefused()).toBe(404);
  });

  it.each<[string, object]>([
    ["", REQUEST],
    [", whatever is asked now", { input: { ...REQUEST.input, prompt: "another" } }],
  ])("P16: a deleted job is not created again by a repeat of its request%s, which is a 409", async (_, request) => {
    const job = await kept();
    await job.remove();
    const answer = await job.submit(request, KEY);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 409, code: "job_deleted" });
    expect([job.fal.posts.length, job.service.rows().size]).toEqual([1, 0]);
  });

  it("P16: a deleted job is not created again by a late repeat with an inline image", async () => {
    const job = oneJob();
    const inline = { input: { ...REQUEST.input, image_url: dataUriOf("image/png") } };
    await job.submit(inline, KEY);
    await job.deliver("OK", { video: VIDEO });
    await job.remove();
    expect(JSON.parse((await job.submit(inline, KEY)).body)).toMatchObject({ status: 409, code: "job_deleted" });
    expect([job.fal.posts.length, job.fal.handedOver.length]).toEqual([1, 1]);
  });

  it.each<[string, string]>([
    ["a video", VIDEO.url],
    ["an inline video", `data:video/mp4;base64,${tinyFilm("late").toString("base64")}`],
  ])("P3: a deleted job is not recreated by a late webhook with %s, of which nothing is stored", async (_, url) => {
    const job = await kept();
    await job.remove();
    expect((await job.deliver("OK", { video: { url } })).statusCode).toBe(404);
    expect(remains(job)).toEqual(NOTHING);
  });

  it("a deleted job that was a retry is not created again by the second click of a double click (P16)", async () => {
    const job = oneJob();
    await job.submit();
    await job.deliver("ERROR", { detail: "no" });
    const retried = JSON.parse((await job.retry()).body).id;
    await job.deliver("OK", { video: VIDEO });
    expect((await job.remove({ pathParameters: { id: retried } })).statusCode).toBe(204);
    const again = await job.retry();
    expect(JSON.parse(again.body)).toMatchObject({ status: 409, code: "job_deleted" });
    expect(job.fal.posts).toHaveLength(2);
  });

  it("a deleted job frees its id when its tombstone expires", async () => {
    const job = await kept();
    const { expires_at = 0 } = job.row();
    await job.remove();
    job.service.state.nowMs = expires_at * 1000;
    expect((await job.submit(REQUEST, KEY)).statusCode).toBe(202);
  });
});
