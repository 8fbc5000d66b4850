import { describe, expect, it, vi } from "vitest";
import { answered } from "../../support/one-job.ts";
import { PICTURES } from "../../support/pictures.ts";
import { clientOf, quickly } from "./fal-client.ts";
import { ENDPOINT, INITIATE, INITIATE_MULTIPART, proxyScene } from "./proxy-scene.ts";

const PNG = { content_type: "image/png", file_name: "a.png" };
const MULTIPART = { upload_url: "https://v3.fal.media/upload/x?sig=1", file_url: "https://v3.fal.media/files/x.png" };

function initiate(scene: ReturnType<typeof proxyScene>, body: unknown = PNG, change: object = {}, target = INITIATE) {
  return scene.ask("POST", target, { body: JSON.stringify(body), ...change });
}

describe("storage.upload through the proxy", () => {
  it("storage.upload through the proxy stores a file with us, and returns the URL by which jobs name it", async () => {
    const scene = proxyScene();
    const url = await clientOf(scene).client.storage.upload(
      new File([new Uint8Array(PICTURES["image/png"])], "a.png", { type: "image/png" }),
    );
    expect(url).toMatch(/^https:\/\/api\.example\.com\/prod\/uploads\/[0-9a-f]{32}$/);
    expect([...scene.service.uploads]).toEqual([
      [`uploads/key-id-1/${url.split("/").at(-1)}`, { contentType: "image/png", bytes: PICTURES["image/png"] }],
    ]);
    await clientOf(scene).client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url: url } });
    expect(scene.fal.handedOver).toEqual([PICTURES["image/png"]]);
  });

  it("storage.upload through the proxy signs only the type into the URL: the client sends nothing else (P25)", async () => {
    const { status, body } = await initiate(proxyScene());
    expect([status, Object.keys(body)]).toEqual([200, ["upload_url", "file_url"]]);
    const { pathname, searchParams } = new URL(String(body.upload_url));
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("content-type;host");
    expect(Number(searchParams.get("X-Amz-Expires"))).toBe(900);
    expect(pathname).toBe(`/uploads/key-id-1/${String(body.file_url).split("/").at(-1)}`);
  });

  it("P25: storage.upload through the proxy of too large a file leads to no job and no charge", async () => {
    const scene = proxyScene();
    scene.service.budgets.set("*", 0.4);
    const { file_url } = (await initiate(scene)).body;
    scene.service.uploads.set(`uploads/key-id-1/${String(file_url).split("/").at(-1)}`, "too_large");
    const { client } = clientOf(scene);
    const submit = (image_url: string) => client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url } });
    await expect(submit(String(file_url))).rejects.toMatchObject({ status: 422, name: "ValidationError" });
    expect([scene.service.rows().size, scene.fal.posts, scene.fal.handedOver]).toEqual([0, [], []]);
    expect((await submit("https://example.com/a.png")).status).toBe("IN_QUEUE");
  });

  it("storage.upload through the proxy gives each caller separate uploads, new each time (P25)", async () => {
    const scene = proxyScene();
    const told = await Promise.all(
      ["key-id-1", "key-id-1", "key-id-2"].map((apiKeyId) => initiate(scene, PNG, { apiKeyId })),
    );
    const paths = told.map(({ body }) => new URL(String(body.upload_url)).pathname);
    expect(new Set(paths).size).toBe(3);
    expect(paths.map((path) => path.split("/")[2])).toEqual(["key-id-1", "key-id-1", "key-id-2"]);
  });

  it.each(
    [
      ["image/png", "application/octet-stream", "text/plain;charset=utf-8", "image/svg+xml", "audio/x.y-z+w"],
      ["image", "binary", "null", "png", "file: a.png", "", undefined, null],
    ].flat(),
  )("storage.upload through the proxy accepts a file of any type: %s", async (content_type) => {
    expect((await initiate(proxyScene(), { content_type, file_name: "a" })).status).toBe(200);
  });

  it("storage.upload through the proxy accepts an image without a type, which is detected from its bytes", async () => {
    const scene = proxyScene();
    const file = new Blob([new Uint8Array(PICTURES["image/jpeg"])]);
    await clientOf(scene).client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url: file } });
    expect(scene.row().input.image_url).toBe(`https://v3.fal.media/files/${scene.row().id}.jpeg`);
  });

  it.each<[string, unknown, string]>([
    ["a type that is no text", { content_type: 7, file_name: "a" }, "content_type"],
    ["a type that is not ASCII", { content_type: "image/pñg", file_name: "a" }, "content_type"],
    [
      "a type with a line break",
      { content_type: "image/png\r\nx-amz-acl: public-read", file_name: "a" },
      "content_type",
    ],
    ["a type that is too long", { content_type: `image/${"x".repeat(200)}`, file_name: "a" }, "content_type"],
    ["no name", { content_type: "image/png" }, "file_name"],
    ["a file name that is too long", { content_type: "image/png", file_name: "x".repeat(256) }, "file_name"],
    ["a file name that lost a letter (P35)", { content_type: "image/png", file_name: "b\uFFFDr" }, "file_name"],
    ["a number for a name", { content_type: "image/png", file_name: 7 }, "file_name"],
  ])("storage.upload through the proxy rejects %s, in fal's format", async (_, body, field) => {
    for (const target of [INITIATE, INITIATE_MULTIPART]) {
      const told = await initiate(permitting(1), body, {}, target);
      expect([told.status, told.body]).toMatchObject([422, { detail: [{ loc: ["body", field] }] }]);
    }
  });

  it.each(["[]", "null", "{", ""])("storage.upload through the proxy rejects %j", async (body) => {
    const told = await proxyScene().ask("POST", INITIATE, { body });
    expect([400, 422]).toContain(told.status);
    expect(told.body).toHaveProperty("detail");
  });
});

/** The service with the setting `falUploadsPerDay`, and a fal that starts each upload. */
function permitting(falUploadsPerDay: number) {
  const scene = proxyScene();
  Object.assign(scene.service.state, { falUploadsPerDay });
  scene.fal.multipart = answered(200, { ...MULTIPART, other: "field" });
  return scene;
}

function large(type: string): Blob {
  return Object.defineProperty(new Blob(["x"], { type }), "size", { value: 91 * 1024 * 1024 });
}

describe("P30: storage.upload of more than 90 MiB", () => {
  const start = (scene: ReturnType<typeof proxyScene>, body: unknown = PNG, apiKeyId = "key-id-1") =>
    initiate(scene, body, { apiKeyId }, INITIATE_MULTIPART);

  it("is off unless the setting falUploadsPerDay permits it: fal's client throws a 403 that names it, at once", async () => {
    const scene = permitting(0);
    const { client, calls } = clientOf(scene);
    await expect(client.storage.upload(large("image/png"))).rejects.toMatchObject({
      status: 403,
      body: { detail: expect.stringMatching(/^This service accepts no file of this size.*falUploadsPerDay/) },
    });
    expect([calls.length, scene.fal.started, scene.service.state.prepared]).toEqual([1, [], 0]);
  });

  it("is started at fal's storage with our key, under a name of ours, and its parts go there", async () => {
    const scene = permitting(1);
    const told = await start(scene, { content_type: "Video/MP4; codecs=avc1", file_name: "../phish.html" });
    expect([told.status, told.body]).toEqual([200, MULTIPART]);
    expect(scene.fal.started).toEqual([
      { content_type: "video/mp4", file_name: expect.stringMatching(/^[0-9a-f]{32}\.mp4$/) },
    ]);
    expect(scene.service.state.prepared).toBe(1);
  });

  it.each(["image/heic", "video/quicktime", "audio/x-wav"])("may be %s", async (content_type) => {
    expect((await start(permitting(1), { content_type, file_name: "a" })).status).toBe(200);
  });

  it.each(
    [
      ["text/html", "image/svg+xml", "application/pdf", "application/octet-stream", "image/*", "video/unknown"],
      ["", undefined, "constructor", "text/html;image/png"],
    ].flat(),
  )("may not be %j: a 422 in fal's format, and nothing is started or counted", async (content_type) => {
    const scene = permitting(1);
    const told = await start(scene, { content_type, file_name: "phish.html" });
    expect([told.status, told.body]).toMatchObject([422, { detail: [{ loc: ["body", "content_type"] }] }]);
    expect(scene.fal.started).toEqual([]);
    expect((await start(scene)).status).toBe(200);
  });

  it("is counted per owner and day: of 50 at once, a limit of 10 starts exactly 10", async () => {
    const scene = permitting(10);
    const told = await Promise.all(Array.from({ length: 50 }, () => start(scene)));
    expect(told.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(scene.fal.started).toHaveLength(10);
    const refused = told.find(({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 403, body: { detail: expect.stringContaining("falUploadsPerDay") } });
    expect(Number(refused?.headers["retry-after"])).toBe(12 * 3600);
    expect((await start(scene, PNG, "key-id-2")).status).toBe(200);
    scene.service.state.nowMs += 12 * 3_600_000;
    expect((await start(scene)).status).toBe(200);
  });

  it("is counted apart from the budget", async () => {
    const scene = permitting(1);
    scene.service.budgets.set("*", 0.4);
    expect((await start(scene)).status).toBe(200);
    expect((await scene.send()).status).toBe(200);
  });

  it("leaves one line in the log that names owner, type and URL", async () => {
    const lines: unknown[] = [];
    const info = vi.spyOn(console, "info").mockImplementation((line) => void lines.push(line));
    const scene = permitting(1);
    await start(scene);
    await start(scene);
    info.mockRestore();
    expect(lines).toEqual([
      expect.objectContaining({ owner: "key-id-1", content_type: "image/png", file_url: MULTIPART.file_url }),
    ]);
  });

  it.each([
    ["answers 403", answered(403)],
    ["answers without URLs", answered(200, {})],
    ["answers with other things", answered(200, { upload_url: 7, file_url: "x" })],
    ["cannot be reached", { kind: "not_sent", reason: "ECONNREFUSED" }],
    ["does not answer", { kind: "unanswered", reason: "late" }],
  ] as const)("is a 503 that the client retries, and not counted, when fal's storage %s", async (_, multipart) => {
    const scene = permitting(1);
    Object.assign(scene.fal, { multipart });
    const told = await start(scene);
    expect([told.status, told.body]).toEqual([503, { detail: expect.any(String) }]);
    const { client, calls } = clientOf(scene);
    await quickly(() => client.storage.upload(large("image/png")));
    expect(calls).toHaveLength(4);
    scene.fal.multipart = answered(200, MULTIPART);
    expect((await start(scene)).status).toBe(200);
  });

  it("is a 503 without FAL_KEY, and while the table is unavailable", async () => {
    const scene = permitting(1);
    scene.service.state.falKey = undefined;
    expect((await start(scene)).status).toBe(503);
    Object.assign(scene.service.state, { falKey: "key", tableIsDown: true });
    expect((await start(scene)).status).toBe(503);
    expect(scene.fal.started).toEqual([]);
  });
});
