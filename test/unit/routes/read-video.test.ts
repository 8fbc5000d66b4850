import { describe, expect, it } from "vitest";
import { tinyFilm } from "../../support/mp4.ts";
import { oneJob, VIDEO } from "../../support/one-job.ts";
import { wholeVideos } from "../../support/videos.ts";

/** A job that succeeded; its video is archived, or still at fal. */
async function succeeded({ isKept = true } = {}) {
  const job = oneJob();
  await job.submit();
  await job.deliver("OK", { video: VIDEO });
  if (isKept) job.service.videos.set(VIDEO.url, tinyFilm("a video"));
  await job.archive();
  return job;
}

/** The parsed presigned URL of a job's copy. */
function read(url: unknown) {
  const { pathname, searchParams } = new URL(String(url));
  return {
    key: pathname.slice(1),
    seconds: searchParams.get("X-Amz-Expires"),
    disposition: searchParams.get("response-content-disposition"),
  };
}

describe("GET /jobs/{id}/video", () => {
  it("GET /jobs/{id}/video redirects to the archived copy, by a URL valid for minutes (A15)", async () => {
    const job = await succeeded();
    const { statusCode, headers, body } = await job.video();
    expect([statusCode, body]).toEqual([302, ""]);
    expect(read(headers?.location)).toEqual({ key: job.row().video_key, seconds: "900", disposition: null });
    expect(JSON.stringify([...job.service.rows().values()])).not.toContain("X-Amz");
  });

  it.each(["0", "false"])(
    "GET /jobs/{id}/video returns the URL and its expiry instead, with redirect=%s (A16)",
    async (redirect) => {
      const job = await succeeded();
      const { statusCode, headers, body } = await job.video({ redirect });
      const expires_at = new Date(job.service.state.nowMs + 900_000).toISOString();
      expect([statusCode, headers?.location]).toEqual([200, undefined]);
      expect(JSON.parse(body)).toEqual({ url: expect.any(String), expires_at });
      expect(read(JSON.parse(body).url).key).toBe(job.row().video_key);
    },
  );

  it("GET /jobs/{id}/video sets the file name with download=1, and spaces are signed as they are written", async () => {
    const job = await succeeded();
    const { headers } = await job.video({ download: "1", redirect: "1" });
    expect(read(headers?.location).disposition).toBe(`attachment; filename="${job.row().id}.mp4"`);
    expect(headers?.location).not.toContain("+");
  });

  it.each(["a WebM", "a GIF", "a QuickTime film"])(
    "P31: GET /jobs/{id}/video names the file by its bytes: %s",
    async (kind) => {
      const job = oneJob();
      await job.submit();
      await job.deliver("OK", { video: VIDEO });
      job.service.videos.set(VIDEO.url, wholeVideos[kind]?.[0] ?? Buffer.alloc(0));
      await job.archive();
      const { headers } = await job.video({ download: "1" });
      const { key, disposition } = read(headers?.location);
      const extension = { "a WebM": "webm", "a GIF": "gif" }[kind] ?? "mov";
      expect([key, disposition]).toEqual([job.row().video_key, `attachment; filename="${job.row().id}.${extension}"`]);
      expect(key.endsWith(`.${extension}`)).toBe(true);
    },
  );

  it.each<Record<string, string>>([{}, { download: "1" }])(
    "GET /jobs/{id}/video redirects to fal while there is no copy, with the query %j",
    async (query) => {
      const job = await succeeded({ isKept: false });
      expect(await job.video(query)).toMatchObject({ statusCode: 302, headers: { location: VIDEO.url } });
      expect(JSON.parse((await job.video({ ...query, redirect: "0" })).body)).toEqual({ url: VIDEO.url });
    },
  );

  it("GET /jobs/{id}/video also returns a late result", async () => {
    const job = oneJob();
    await job.submit();
    await job.deliver("ERROR", { detail: "no" });
    await job.deliver("OK", { video: VIDEO });
    expect(await job.video()).toMatchObject({ statusCode: 302, headers: { location: VIDEO.url } });
  });

  it.each(["queued", "failed"])(
    "GET /jobs/{id}/video is a 409 that names the job while that is %s without a video",
    async (status) => {
      const job = oneJob();
      await job.submit();
      if (status === "failed") await job.deliver("ERROR", { detail: "no" });
      const problem = JSON.parse((await job.video()).body);
      expect(problem).toMatchObject({ status: 409, code: "no_video", detail: expect.stringContaining(status) });
      expect(problem.instance).toMatch(new RegExp(`/jobs/${job.row().id}$`));
    },
  );

  it.each<Record<string, string | string[]>>([
    { redirect: "no" },
    { redirect: "" },
    { redirect: ["0", "0"] },
    { download: "yes" },
    { Download: "1" },
    { expires: "1" },
    { constructor: "1" },
    JSON.parse('{"__proto__": "1"}'),
  ])("GET /jobs/{id}/video rejects the query %j", async (query) => {
    const job = await succeeded();
    expect(JSON.parse((await job.video(query)).body)).toMatchObject({ status: 400, code: "malformed_request" });
  });

  it("GET /jobs/{id}/video is a 404 for other owners", async () => {
    const job = await succeeded();
    expect((await job.video({}, { apiKeyId: "key-id-2" })).statusCode).toBe(404);
  });

  it.each([
    ["with a line break", "https://v3.fal.media/files/b/x\r\n.mp4", "https://v3.fal.media/files/b/x.mp4"],
    ["that is not ASCII", "https://v3.fal.media/files/b/ü.mp4", "https://v3.fal.media/files/b/%C3%BC.mp4"],
  ])("GET /jobs/{id}/video redirects to a model's URL %s in its ASCII form", async (_, url, sent) => {
    const job = oneJob();
    await job.submit();
    await job.deliver("OK", { video: { url } });
    const { statusCode, headers } = await job.video();
    expect([statusCode, headers?.location]).toEqual([302, sent]);
  });

  it("GET /jobs/{id}/video never redirects to a host that is not fal's, and shows its URL", async () => {
    const job = oneJob();
    await job.submit();
    await job.deliver("OK", { video: { url: "https://evil.example.com/x.mp4" } });
    const refused = await job.video();
    expect([refused.statusCode, JSON.parse(refused.body).code]).toEqual([409, "no_video"]);
    expect(JSON.parse((await job.video({ redirect: "0" })).body)).toEqual({ url: "https://evil.example.com/x.mp4" });
  });
});
