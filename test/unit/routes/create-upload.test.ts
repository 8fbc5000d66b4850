import { describe, expect, it } from "vitest";
import { hourMs, oneJob, REQUEST } from "../../support/one-job.ts";
import { ONE_PIXEL, PICTURES } from "../../support/pictures.ts";

const PNG = PICTURES["image/png"];

type Scene = ReturnType<typeof oneJob>;

/** The service, and the `image_url` of a new upload; the test does its PUT. */
async function asked() {
  const job = oneJob();
  const { body } = await job.upload({ content_type: "image/png", size: PNG.length });
  const { image_url } = JSON.parse(body);
  return { job, image_url, submit: (headers = {}) => job.submit(naming(image_url), headers) };
}

function naming(image_url: string) {
  return { input: { ...REQUEST.input, image_url } };
}

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: Scene): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("POST /uploads", () => {
  it("POST /uploads returns a URL to PUT one image to, the headers to send and the image_url, and writes nothing", async () => {
    const job = oneJob();
    const { statusCode, body } = await job.upload({ content_type: "image/webp", size: 12, file_name: "a.webp" });
    const { upload_url, upload_headers, image_url, expires_at, ...rest } = JSON.parse(body);
    expect([statusCode, rest]).toEqual([201, {}]);
    expect(upload_headers).toEqual({ "content-type": "image/webp", "if-none-match": "*" });
    expect(Date.parse(expires_at)).toBe(job.service.state.nowMs + 900_000);
    const { pathname, searchParams } = new URL(upload_url);
    expect(pathname).toBe(`/uploads/key-id-1/${image_url.split("/").at(-1)}`);
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("content-length;content-type;host;if-none-match");
    expectNothing(job);
  });

  it("POST /uploads gives each caller a separate upload, new each time (P25)", async () => {
    const job = oneJob();
    const answers = await Promise.all(
      ["key-id-1", "key-id-1", "key-id-2"].map((apiKeyId) =>
        job.upload({ content_type: "image/png", size: 12 }, { apiKeyId }),
      ),
    );
    const paths = answers.map(({ body }) => new URL(JSON.parse(body).upload_url).pathname);
    expect(new Set(paths).size).toBe(3);
    expect(paths.map((path) => path.split("/")[2])).toEqual(["key-id-1", "key-id-1", "key-id-2"]);
  });

  it.each(["image", "binary", "null", "png", "image/*", "*/*", "file: a.png", "binary/octet-stream", "image/x"])(
    "POST /uploads takes a content_type that names no picture as unknown, and signs it as it came: %s",
    async (content_type) => {
      const { upload_headers } = JSON.parse((await oneJob().upload({ content_type, size: 12 })).body);
      expect(upload_headers["content-type"]).toBe(content_type);
    },
  );

  it.each([undefined, null, "", "  "])(
    "POST /uploads takes the content_type %j as application/octet-stream",
    async (content_type) => {
      const { upload_headers } = JSON.parse((await oneJob().upload({ content_type, size: 12 })).body);
      expect(upload_headers["content-type"]).toBe("application/octet-stream");
    },
  );

  it.each<[string, unknown, string]>([
    ["a content_type that is not ASCII", { content_type: "image/pñg", size: 1 }, "/content_type"],
    ["a content_type with a line break", { content_type: "image/png\r\nx-amz-acl: x", size: 1 }, "/content_type"],
    ["another type of picture", { content_type: "image/gif", size: 1 }, "/content_type"],
    ["another one", { content_type: "image/heic", size: 1 }, "/content_type"],
    ["a page", { content_type: "text/html; charset=utf-8", size: 1 }, "/content_type"],
    ["a film", { content_type: "Video/MP4", size: 1 }, "/content_type"],
    ["a sound", { content_type: "audio/x.y-z+w", size: 1 }, "/content_type"],
    ["a program", { content_type: "application/javascript", size: 1 }, "/content_type"],
    ["no size", { content_type: "image/png" }, "/size"],
    ["null for a size", { content_type: "image/png", size: null }, "/size"],
    ["no bytes", { content_type: "image/png", size: 0 }, "/size"],
    ["more than 25 MB", { content_type: "image/png", size: 25 * 1024 * 1024 + 1 }, "/size"],
    ["half a byte", { content_type: "image/png", size: 1.5 }, "/size"],
    ["a size that is text", { content_type: "image/png", size: "12" }, "/size"],
    ["a file name that is empty", { content_type: "image/png", size: 1, file_name: "" }, "/file_name"],
    [
      "a file name that lost a letter (P35)",
      { content_type: "image/png", size: 1, file_name: "b\uFFFDr" },
      "/file_name",
    ],
    ["an unknown field", { content_type: "image/png", size: 1, key: "uploads/x" }, "/key"],
    ["a list", [], ""],
  ])("P25: POST /uploads rejects %s, with the field's name", async (_, body, pointer) => {
    const problem = JSON.parse((await oneJob().upload(body)).body);
    expect(problem).toMatchObject({ status: 422, code: "invalid_request", errors: [{ pointer }] });
  });
});

describe("an upload", () => {
  it("an upload is read and sent to fal, whose URL replaces it; its key is only in the row (P11)", async () => {
    const { job, image_url, submit } = await asked();
    job.put(image_url);
    const answer = await submit();
    expect(answer.statusCode).toBe(202);
    const key = `uploads/key-id-1/${image_url.split("/").at(-1)}`;
    expect(job.row()).toMatchObject({ upload_keys: [key], image_held: true });
    expect(job.row().input.image_url).toBe(`https://v3.fal.media/files/${job.row().id}.png`);
    expect(job.fal.handedOver).toEqual([PNG]);
    expect(answer.body).not.toContain("upload_key");
  });

  it("an upload may be used twice, under two URLs at fal (P13)", async () => {
    const { job, image_url, submit } = await asked();
    job.put(image_url);
    await submit();
    await submit();
    const urls = [...job.service.rows().values()].map(({ input }) => input.image_url);
    expect(new Set(urls).size).toBe(2);
  });

  it("an upload is read once for a repeated request, even when it has gone", async () => {
    const { job, image_url, submit } = await asked();
    job.put(image_url);
    await submit({ "Idempotency-Key": "key" });
    job.service.uploads.clear();
    expect(await submit({ "Idempotency-Key": "key" })).toMatchObject({ statusCode: 200 });
    expect([job.fal.handedOver.length, job.fal.posts.length]).toEqual([1, 1]);
  });

  it.each<[string, (job: Scene, url: string) => unknown, RegExp]>([
    ["was never put", () => undefined, /without an image/],
    ["has expired", (job, url) => expire(job, url), /expired/],
    ["is of a lying type", (job, url) => job.put(url, PNG, "image/jpeg"), /declared as image\/jpeg/],
    ["has no bytes", (job, url) => job.put(url, Buffer.alloc(0)), /empty/],
    ["is not an image", (job, url) => job.put(url, Buffer.from("GIF89a")), /PNG, JPEG or WebP/],
    ["is of one pixel", (job, url) => job.put(url, ONE_PIXEL), /1×1/],
    ["is too large", (job, url) => job.service.uploads.set(keyOf(url), "too_large"), /26214400 bytes/],
  ])("an upload that %s is rejected with the field's name, and nothing goes to fal", async (_, prepare, message) => {
    const { job, image_url, submit } = await asked();
    await prepare(job, image_url);
    const problem = JSON.parse((await submit()).body);
    expect(problem).toMatchObject({ status: 422, code: "invalid_request" });
    expect(problem.errors).toEqual([{ pointer: "/input/image_url", message: expect.stringMatching(message) }]);
    expectNothing(job);
  });

  it("an upload may be used for 24 hours", async () => {
    const { job, image_url, submit } = await asked();
    job.put(image_url);
    job.service.state.nowMs += 24 * hourMs;
    expect((await submit()).statusCode).toBe(202);
  });

  it("an upload of another owner is not found (P25)", async () => {
    const { job, image_url } = await asked();
    job.put(image_url);
    const answer = await job.submit(naming(image_url), {}, { apiKeyId: "key-id-2" });
    expect(JSON.parse(answer.body).errors).toEqual([
      { pointer: "/input/image_url", message: expect.stringMatching(/without an image/) },
    ]);
    expectNothing(job);
  });

  it.each<[string, (job: Scene) => unknown, string]>([
    ["the bucket", (job) => Object.assign(job.service.media.state, { isDown: true }), "storage_unavailable"],
    ["fal's storage", (job) => Object.assign(job.fal, { storageIsDown: true }), "storage_unavailable"],
    ["FAL_KEY", (job) => Object.assign(job.service.state, { falKey: undefined }), "fal_key_missing"],
  ])("an upload without %s is a 503, and nothing is recorded or sent (P11)", async (_, fail, code) => {
    const { job, image_url, submit } = await asked();
    job.put(image_url);
    fail(job);
    expect(JSON.parse((await submit()).body)).toMatchObject({ status: 503, code });
    expectNothing(job);
  });

  it.each(["", "x", "../jobs", `${"0".repeat(32)}/x`, `${"0".repeat(32)}?x`, "0".repeat(31), "F".repeat(32)])(
    "an upload does not match /uploads/%s",
    async (id) => {
      const job = oneJob();
      const answer = await job.submit(naming(`https://api.example.com/prod/uploads/${id}`));
      expect(JSON.parse(answer.body)).toMatchObject({ status: 422, errors: [{ pointer: "/input/image_url" }] });
      expectNothing(job);
    },
  );
});

describe("a hosted image", () => {
  it.each([REQUEST.input.image_url, "https://api.example.com/uploads/a.jpg", "https://v3.fal.media/a.jpg?x=1#y"])(
    "a hosted image at %s is passed on unchanged (P23)",
    async (image_url) => {
      const job = oneJob();
      await job.submit(naming(image_url));
      expect(job.row()).toMatchObject({ input: { image_url } });
      expect([job.row().image_held, job.row().upload_keys, job.fal.handedOver]).toEqual([undefined, undefined, []]);
    },
  );
});

function keyOf(imageUrl: string): string {
  return `uploads/key-id-1/${imageUrl.split("/").at(-1)}`;
}

function expire(job: Scene, imageUrl: string): void {
  job.put(imageUrl);
  job.service.state.nowMs += 24 * hourMs + 1;
}
