import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { createFalClient } from "@fal-ai/client";
import { describe, expect, it } from "vitest";
import type { BucketAccess } from "../../../lambdas/aws/presign.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { proxyRead } from "../../../lambdas/proxy/read.ts";
import { answerResult } from "../../../lambdas/proxy/result.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { become, birth, policy } from "../../support/jobs.ts";
import { serve } from "../../support/loopback.ts";
import { tinyFilm } from "../../support/mp4.ts";
import { unusedTable } from "../../support/unused-table.ts";
import { invokeStream } from "../http/invoke-stream.ts";
import { states, streamingWorld } from "../routes/events/world.ts";
import { ENDPOINT, proxyEvent, proxyScene } from "./proxy-scene.ts";

const VIDEO_KEY = "videos/a/b.mp4";
const VIDEO_URL = `https://api.example.com/prod/jobs/${birth().id}/video`;

/** A job whose inline video is in the bucket; `said` is the model's other output. */
function settled(said: object = {}): Job {
  const at = Date.parse(birth().created_at);
  const result = { video: { url: VIDEO_URL, content_type: "video/mp4", file_size: 4, sha256: "5f" }, ...said };
  return become(states.queued, {
    type: "succeeded",
    at,
    by: "webhook",
    requestId: "req-1",
    result,
    videoKey: VIDEO_KEY,
  });
}

/** A bucket with this answer. */
async function bucketOf(answer: (response: ServerResponse) => unknown) {
  const { asked, url } = await serve((_, response) => answer(response));
  const credentials = async () => ({ accessKeyId: "id", secretAccessKey: "secret" });
  const bucket: BucketAccess = { bucketUrl: `${url}/media`, region: "us-east-1", credentials };
  return { asked, bucket };
}

/** The result that a caller gets when the bucket answers so. */
async function told(answer: (response: ServerResponse) => unknown, job = settled(), placesLeft = 1) {
  const { asked, bucket } = await bucketOf(answer);
  const { state, service } = streamingWorld(job);
  state.placesLeft = placesLeft;
  const { takeLease, releaseLease } = service.table;
  const table = { ...unusedTable(), read: async () => state.row, takeLease, releaseLease };
  const jobs = openJobs({ table, policy, now: service.now, newWriteId: () => "write" });
  const route = proxyRead({ ...service, table, jobs, bucket });
  const event = proxyEvent("GET", `https://queue.fal.run/decart/lucy-14b/requests/${job.id}`);
  return { asked, ...(await invokeStream(route, event)), placesLeft: state.placesLeft };
}

describe("the result of a request with sync_mode", () => {
  it("the result of a request with sync_mode contains the video inline, as at fal", async () => {
    const film = randomBytes(300_000);
    const { head, body, asked } = await told((response) => response.end(film));
    expect(head).toMatchObject({
      statusCode: 200,
      headers: {
        "content-type": "application/json",
        "x-fal-request-id": birth().id,
        "access-control-allow-origin": "*",
      },
    });
    expect(JSON.parse(body)).toEqual({
      video: { url: `data:video/mp4;base64,${film.toString("base64")}`, content_type: "video/mp4", file_size: 4 },
    });
    expect(asked.map(({ line }) => line)).toEqual([expect.stringMatching(/^GET \/media\/videos\/a\/b\.mp4\?X-Amz-/)]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 100, 65_536, 65_537, 65_538])(
    "the result of a request with sync_mode is complete, however its %i bytes arrive",
    async (size) => {
      const film = randomBytes(size);
      for (const piece of [1, 2, 3, 4, 7, 65_535].filter((each) => size / each < 200)) {
        const { body } = await told(async (response) => {
          for (let at = 0; at < size; at += piece) {
            await new Promise((resolve) => response.write(film.subarray(at, at + piece), resolve));
          }
          response.end();
        });
        const { url } = JSON.parse(body).video;
        expect(url).toBe(`data:video/mp4;base64,${film.toString("base64")}`);
      }
    },
  );

  it("the result of a request with sync_mode contains the model's other output, whatever that is", async () => {
    const extra = { seed: 7, url: "@", text: '"@"', video: { fps: 24, note: '{"url":"@"}' } };
    const { body } = await told((response) => response.end("film"), settled({ extra }));
    const { video, ...others } = JSON.parse(body);
    expect(others).toEqual({ seed: 7, url: "@", text: '"@"' });
    expect(video).toMatchObject({ url: "data:video/mp4;base64,ZmlsbQ==", fps: 24, note: '{"url":"@"}' });
  });

  it("the result of a request with sync_mode has the type that fal declared", async () => {
    const video = { url: VIDEO_URL, content_type: "video/webm" };
    const { body } = await told((response) => response.end("film"), settled({ video }));
    expect(JSON.parse(body).video.url).toBe("data:video/webm;base64,ZmlsbQ==");
  });

  it("the result of a request with sync_mode that arrived too late is still returned", async () => {
    const at = Date.parse(birth().created_at);
    const error = { code: "generation_failed", message: "no", retryable: true } as const;
    const { result } = settled();
    if (result === undefined) throw new Error("no result");
    const late = become(
      states.queued,
      { type: "failed", at, by: "webhook", error },
      { type: "succeeded", at, by: "webhook", result, videoKey: VIDEO_KEY },
    );
    expect(late.status).toBe("failed");
    const { head, body } = await told((response) => response.end("film"), late);
    expect([head.statusCode, JSON.parse(body).video.url]).toEqual([200, "data:video/mp4;base64,ZmlsbQ=="]);
  });

  it("the result of a request with sync_mode can be read by fal's client", async () => {
    const { head, body } = await told((response) => response.end("film"));
    const client = createFalClient({ fetch: async () => new Response(body, { headers: head.headers }) });
    const { data, requestId } = await client.queue.result(ENDPOINT, { requestId: birth().id });
    expect([data.video.url, requestId]).toEqual(["data:video/mp4;base64,ZmlsbQ==", birth().id]);
  });

  it("P30: the result of a request with sync_mode takes one of its owner's places until it ends, or cannot be opened", async () => {
    const given: unknown[] = [];
    const { placesLeft } = await told((response) => given.push(response.end("film")));
    expect([placesLeft, given.length]).toEqual([1, 1]);
    expect((await told((response) => response.writeHead(500).end())).placesLeft).toBe(1);
  });

  it("P30: the result of a request with sync_mode is a 429 in fal's form when the owner has enough of them open, and fal's client retries it", async () => {
    const { head, body, asked } = await told((response) => response.end("film"), settled(), 0);
    expect([head.statusCode, JSON.parse(body)]).toEqual([429, { detail: expect.stringContaining("10 results") }]);
    expect(asked).toEqual([]);
    let calls = 0;
    const client = createFalClient({
      retry: { maxRetries: 1, baseDelay: 1 },
      fetch: async () => {
        const { head, body } = await told((response) => response.end("film"), settled(), calls++);
        return new Response(body, { status: head.statusCode, headers: head.headers });
      },
    });
    const { data } = await client.queue.result(ENDPOINT, { requestId: birth().id });
    expect([calls, data.video.url]).toEqual([2, "data:video/mp4;base64,ZmlsbQ=="]);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    ["is gone", (response) => response.writeHead(404).end("<Error/>")],
    ["is refused", (response) => response.writeHead(403).end("<Error/>")],
    ["fails", (response) => response.writeHead(500).end()],
    ["leads elsewhere", (response) => response.writeHead(302, { location: "https://example.com/" }).end()],
    ["hangs up", (response) => response.destroy()],
  ])(
    "the result of a request with sync_mode is a 503 that the client tries again, when the bucket %s",
    async (_, answer) => {
      const { head, body } = await told(answer);
      expect([head.statusCode, JSON.parse(body)]).toEqual([503, { detail: expect.any(String) }]);
    },
  );

  it("the result of a request with sync_mode breaks off when the bucket does, so that nobody mistakes a half for the whole", async () => {
    const { body } = await told((response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("film", () => response.destroy());
    });
    expect(() => JSON.parse(body)).toThrow(SyntaxError);
  });
});

describe("a result without an inline video", () => {
  const at = Date.parse(birth().created_at);

  it("a result without an inline video reads no bucket, even when its video is archived", async () => {
    const { asked, bucket } = await bucketOf((response) => response.end("film"));
    const result = { video: { url: "https://v3.fal.media/files/b/clip.mp4" } };
    const job = become(states.queued, { type: "succeeded", at, by: "webhook", result });
    expect(
      await answerResult({ ...streamingWorld(job).service, bucket }, { ...job, video_key: VIDEO_KEY }),
    ).toMatchObject({ status: 200, body: result });
    expect(asked).toEqual([]);
  });

  it("a result without an inline video is not mistaken for one by a URL that merely ends like ours", async () => {
    const { asked, bucket } = await bucketOf((response) => response.end("film"));
    const result = { video: { url: `https://v3.fal.media/jobs/${"f".repeat(32)}/video` } };
    const job = become(states.queued, { type: "succeeded", at, by: "webhook", result });
    expect(
      await answerResult({ ...streamingWorld(job).service, bucket }, { ...job, video_key: VIDEO_KEY }),
    ).toMatchObject({ body: result });
    expect(asked).toEqual([]);
  });
});

it("a job that requests sync_mode keeps its video out of the table, and links to ours", async () => {
  const scene = proxyScene();
  await scene.send({ prompt: "p", image_url: "https://example.com/a.jpg", sync_mode: true });
  expect(scene.fal.calls[0]?.input).toMatchObject({ sync_mode: true });
  const url = `data:video/mp4;base64,${tinyFilm("film").toString("base64")}`;
  await scene.deliver("OK", { video: { url, fps: 24 }, seed: 7 });
  const row = scene.row();
  expect(row.result).toMatchObject({
    video: { url: `https://api.example.com/prod/jobs/${row.id}/video` },
    extra: { seed: 7, video: { fps: 24 } },
  });
  expect(JSON.stringify(row)).not.toContain("data:");
});
