import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { FalEmulator } from "../../local/fal/emulator.ts";
import type { Fault } from "../../local/fal/fault-schema.ts";
import { startFilmedEmulator } from "../support/films.ts";
import { run } from "./platform.ts";
import { clientOf, inputOf, sample, videoIn } from "./setting.ts";

const initiatedSchema = z.object({ upload_url: z.string(), file_url: z.string() });
let emulator: FalEmulator;

beforeAll(async () => {
  emulator = await startFilmedEmulator({ renderSeconds: 0 });
});
afterEach(() => emulator.clearFaults());
afterAll(() => emulator.close());

async function makeVideo(prompt: string, headers: Record<string, string> = {}) {
  const { request_id, outcome } = await run(emulator, inputOf(prompt), headers);
  return { request_id, ...videoIn(outcome?.body) };
}

async function upload(expiresIn?: number): Promise<string> {
  const file = new Blob([sample], { type: "image/jpeg" });
  const lifecycle = expiresIn === undefined ? {} : { lifecycle: { expiresIn } };
  const url = await clientOf(emulator.url).storage.upload(file, lifecycle);
  return url.replace("https:/", emulator.url);
}

/** Statuses of successive downloads; a broken connection is a reset. */
async function download(...urls: string[]) {
  const seen: (number | "reset")[] = [];
  for (const url of urls) {
    seen.push(
      await fetch(url, { redirect: "manual" }).then(
        ({ status }) => status,
        () => "reset",
      ),
    );
  }
  return seen;
}

describe("a file", () => {
  const cases = [
    { range: "bytes=0-0", status: 206, from: 0, to: 1 },
    { range: "bytes=100-199", status: 206, from: 100, to: 200 },
    { range: "bytes=100-", status: 206, from: 100, to: undefined },
    { range: "bytes=-50", status: 206, from: -50, to: undefined },
    { range: "bytes=0-999999999", status: 206, from: 0, to: undefined },
    { range: "bytes=999999999-", status: 416, from: 0, to: 0 },
  ] as const;

  test.each(cases)(
    "a file supports range requests, whether made or uploaded: $range",
    async ({ range, status, from, to }) => {
      for (const [url, type] of [
        [(await makeVideo("range")).url, "video/mp4"],
        [await upload(), "image/jpeg"],
      ] as const) {
        const whole = Buffer.from(await (await fetch(url)).arrayBuffer());
        const part = await fetch(url, { headers: { range } });
        expect(part.status).toBe(status);
        expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(from, to))).toBe(true);
        expect(part.headers.get("content-range")).toMatch(new RegExp(`^bytes .+/${whole.length}$`));
        if (status === 206) expect(part.headers.get("content-type")).toBe(type);
      }
    },
  );

  test("a file reports its size and type to HEAD", async () => {
    const { url, file_size } = await makeVideo("head");
    const head = await fetch(url, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      "content-type": "video/mp4",
      "content-length": String(file_size),
      "accept-ranges": "bytes",
    });
  });
});

describe("a media fault", () => {
  test.each([403, 404, 429, 500, 502, 503, 504, "reset"] as const)(
    "a media fault answers %s for a number of downloads",
    async (answer) => {
      const { url } = await makeVideo("answered");
      await emulator.addFault({ media: { answer }, times: 2 });
      expect(await download(url, url, url)).toEqual([answer, answer, 200]);
    },
  );

  test.each(["prompt", "request_id"] as const)(
    "a media fault applies to one request's video, by its %s, and no other file",
    async (by) => {
      const [mine, other] = [await makeVideo(`mine by ${by}`), await makeVideo(`other than ${by}`)];
      const which: Fault = by === "prompt" ? { prompt: `mine by ${by}` } : { request_id: mine.request_id };
      await emulator.addFault({ ...which, media: { answer: 503 }, times: "all" });
      expect(await download(other.url, await upload(), mine.url, mine.url)).toEqual([200, 200, 503, 503]);
      await emulator.clearFaults();
      expect(await download(mine.url)).toEqual([200]);
    },
  );

  test.each([0, 1, 5_000])("a media fault cuts the body off after %i bytes", async (cut_after_bytes) => {
    const { url, file_size } = await makeVideo("cut");
    await emulator.addFault({ media: { cut_after_bytes } });
    const response = await fetch(url);
    expect([response.status, response.headers.get("content-length")]).toEqual([200, String(file_size)]);
    let received = 0;
    const reading = async () => {
      for await (const chunk of response.body ?? []) received += chunk.length;
    };
    await expect(reading()).rejects.toThrow("terminated");
    expect(received).toBe(cut_after_bytes);
  });

  test("a media fault redirects a download, or hangs until the client gives up", async () => {
    const { url } = await makeVideo("elsewhere");
    await emulator.addFault({ media: { redirect_to: "https://attacker.example/film.mp4" } });
    const { status, headers } = await fetch(url, { redirect: "manual" });
    expect([status, headers.get("location")]).toEqual([302, "https://attacker.example/film.mp4"]);
    await emulator.addFault({ media: { hang_ms: 60_000 } });
    await expect(fetch(url, { signal: AbortSignal.timeout(200) })).rejects.toThrow("timeout");
    expect(await download(url)).toEqual([200]);
  });

  test("a media fault does not affect the model's own reading of an upload, and a submission does not consume it", async () => {
    const image_url = await upload();
    await emulator.addFault({ media: { answer: 503 } });
    const { outcome } = await run(emulator, inputOf("undisturbed", { image_url }));
    expect(outcome?.status_code).toBe(200);
    expect(await download(image_url)).toEqual([503]);
  });
});

describe("a media lifetime", () => {
  const lifetime = (expiration_duration_seconds: number | null) => ({
    "x-fal-object-lifecycle-preference": JSON.stringify({ expiration_duration_seconds }),
  });

  test("a media lifetime expires the media of one request alone, and its result stays", async () => {
    const [brief, long, endless, other] = [
      await makeVideo("brief", lifetime(0)),
      await makeVideo("long", lifetime(3_600)),
      await makeVideo("endless", lifetime(null)),
      await makeVideo("without"),
    ];
    expect(await download(brief.url, long.url, endless.url, other.url)).toEqual([404, 200, 200, 200]);
    const { data } = await clientOf(emulator.url).queue.result("decart/lucy-14b", { requestId: brief.request_id });
    expect(videoIn(data).url).toBe(brief.url);
  });

  test("a media lifetime expires an upload for readers and for the model", async () => {
    const [brief, long] = [await upload(0), await upload(3_600)];
    expect(await download(brief, long)).toEqual([404, 200]);
    const { outcome } = await run(emulator, inputOf("too late", { image_url: brief }));
    expect(outcome).toMatchObject({ status_code: 422, body: { detail: [{ type: "file_download_error" }] } });
  });

  test("a media lifetime of an upload is also read from the documented header", async () => {
    const initiated = await fetch(`${emulator.url}/rest.fal.ai/storage/upload/initiate`, {
      method: "POST",
      headers: { authorization: "Key test-key", ...lifetime(0) },
      body: JSON.stringify({ content_type: "image/jpeg", file_name: "brief.jpg" }),
    });
    const { upload_url, file_url } = initiatedSchema.parse(await initiated.json());
    expect((await fetch(upload_url, { method: "PUT", body: sample })).status).toBe(200);
    expect(await download(file_url.replace("https:/", emulator.url))).toEqual([404]);
  });
});
