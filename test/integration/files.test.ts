import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formOf } from "../support/forms.ts";
import { tinyFilm } from "../support/mp4.ts";
import { film } from "../support/other-fal/film.ts";
import { PICTURES } from "../support/pictures.ts";
import { type Service, startService } from "../support/service.ts";

const PNG = PICTURES["image/png"];
const ROW_MAX_BYTES = 8192;

let service: Service;
beforeAll(async () => {
  service = await startService("dynalite");
});
afterAll(() => service.close());
beforeEach(() => {
  Object.assign(service.fal.world, { posts: [], uploads: [], deletions: [] });
  service.fal.world.media.clear();
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Requests an upload, puts the bytes there as instructed, and returns the PUT's answer and the upload. */
async function uploaded(bytes: Buffer, changes: Record<string, string> = {}) {
  const { body } = await service.upload({ content_type: "image/png", size: PNG.length });
  const { upload_url, upload_headers, image_url } = body as Record<string, unknown>;
  const headers = { ...(upload_headers as Record<string, string>), ...changes };
  const put = await fetch(String(upload_url), { method: "PUT", headers, body: new Uint8Array(bytes) });
  return {
    put,
    image_url: String(image_url),
    again: () => fetch(String(upload_url), { method: "PUT", headers, body: PNG }),
  };
}

/** Submits, and lets fal finish with this video. */
async function succeeded(image_url: string, video: object) {
  const { body } = await service.submit({ input: { prompt: "p", image_url, sync_mode: true } });
  const post = service.fal.world.posts.at(-1);
  const delivery = service.fal.delivery(post?.requestId ?? "", { payload: { video } });
  expect((await service.deliver(post?.webhookUrl ?? "", delivery)).status).toBe(200);
  return body.id;
}

async function downloaded(id: string, query = {}): Promise<Response> {
  return fetch(String((await service.video(id, { redirect: "0", ...query })).body.url));
}

describe("input files and archived videos", () => {
  it("input files and archived videos work from an upload to a video readable in ranges, to complete deletion", async () => {
    const { put, image_url } = await uploaded(PNG);
    expect(put.status).toBe(200);
    service.fal.world.media.set("/v3.fal.media/files/film.mp4", film);
    const id = await succeeded(image_url, { url: "https://v3.fal.media/files/film.mp4" });
    expect(service.fal.world.uploads).toEqual([PNG]);
    await service.archive(id);

    const { body } = await service.get(id);
    const facts = { file_size: film.length, sha256: sha256(film), duration_seconds: 1, width: 320, height: 180 };
    expect(body).toMatchObject({ status: "succeeded", result: { video: facts } });
    const whole = await downloaded(id, { download: "1" });
    expect(whole.headers.get("content-disposition")).toBe(`attachment; filename="${id}.mp4"`);
    expect(whole.headers.get("content-type")).toBe("video/mp4");
    expect(Buffer.from(await whole.arrayBuffer()).equals(film)).toBe(true);
    const { location } = (await service.video(id)).headers;
    const part = await fetch(String(location), { headers: { range: "bytes=4-7" } });
    expect([part.status, await part.text()]).toEqual([206, "ftyp"]);

    expect((await service.remove(id)).status).toBe(204);
    expect([await service.objects(`videos/${id}`), await service.objects("uploads/")]).toEqual([[], []]);
    expect(await service.table.read(id)).toBeUndefined();
    expect(service.fal.world.deletions).toEqual(["/api.fal.ai/v1/models/requests/req-1/payloads"]);
    expect((await fetch(String(location))).status).toBe(404);
  });

  it.each<[string, Buffer, Record<string, string>, number]>([
    ["of another type", PNG, { "content-type": "image/jpeg" }, 403],
    ["of another length", Buffer.concat([PNG, PNG]), {}, 403],
    ["over another", PNG, { "if-none-match": "x" }, 403],
  ])("P25: a PUT %s is rejected, and the upload does not exist", async (_, bytes, changes, status) => {
    const { put, image_url } = await uploaded(bytes, changes);
    expect(put.status).toBe(status);
    expect(await service.submit({ input: { prompt: "p", image_url } })).toMatchObject({ status: 422 });
    expect([service.fal.world.posts, service.fal.world.uploads]).toEqual([[], []]);
  });

  it("P25: a second PUT is rejected", async () => {
    expect((await (await uploaded(PNG)).again()).status).toBe(412);
  });

  it("P25: another owner's upload is not found", async () => {
    const { image_url } = await uploaded(PNG);
    const stolen = await service.submit({ input: { prompt: "p", image_url } }, {}, "key-2");
    expect(stolen).toMatchObject({ status: 422, body: { errors: [{ pointer: "/input/image_url" }] } });
    expect((await service.submit({ input: { prompt: "p", image_url } }, {}, "key-1-rotated")).status).toBe(202);
  });

  it("an image in a form goes to fal's storage (P11)", async () => {
    const picture = new File([new Uint8Array(PNG)], "a.png", { type: "image/png" });
    const answer = await service.submitForm(formOf(["prompt", "p"], ["image", picture]));
    expect(answer).toMatchObject({ status: 202, body: { input: { image_url: "https://v3.fal.media/files/0.bin" } } });
    expect(service.fal.world.uploads).toEqual([PNG]);
  });

  it("an inline video is stored in the bucket and never in the table", async () => {
    const bytes = tinyFilm(randomBytes(2_000_000));
    const id = await succeeded("https://example.com/a.jpg", {
      url: `data:video/mp4;base64,${bytes.toString("base64")}`,
    });
    const url = `${service.publicUrl}/jobs/${id}/video`;
    const video = { url, content_type: "video/mp4", file_size: bytes.length, sha256: sha256(bytes) };
    expect((await service.get(id)).body).toMatchObject({ status: "succeeded", result: { video } });
    expect(JSON.stringify(await service.row(id)).length).toBeLessThan(ROW_MAX_BYTES);
    expect(Buffer.from(await (await downloaded(id)).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it("a copy that fal's CDN breaks off is left to the sweep", async () => {
    const id = await succeeded("https://example.com/a.jpg", { url: "https://v3.fal.media/files/absent.mp4" });
    await service.archive(id);
    const row = await service.row(id);
    expect(row).toMatchObject({ status: "succeeded", archive_attempts: 1, archive_due: expect.any(Number) });
    expect(await service.objects(`videos/${id}`)).toEqual([]);
  });
});
