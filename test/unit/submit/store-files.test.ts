import { describe, expect, it } from "vitest";
import { gatewayEvent } from "../../support/events.ts";
import { formEvent, formOf } from "../../support/forms.ts";
import { oneJob } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";

const endpoint = "acme/any/image-to-video";
const SOUND = Buffer.from("RIFF sound");
const SOUND_URI = `data:audio/x-wav;base64,${SOUND.toString("base64")}`;
const PNG = dataUriOf("image/png");

type Scene = ReturnType<typeof oneJob>;

/** The `image_url` of an upload that was put. */
async function uploaded(scene: Scene, bytes: Buffer, contentType = "image/png"): Promise<string> {
  const { image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
  scene.put(image_url, bytes, contentType);
  return image_url;
}

function keyOf(url: string): string {
  return `uploads/key-id-1/${url.split("/").at(-1)}`;
}

function expectNothing({ service, fal }: Scene): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("an upload whose URL was given out before the API's URL changed", () => {
  const former = (url: string) => url.replace("https://api.example.com/prod", "https://old.example.com/video");

  it.each([undefined, endpoint])(
    "an upload whose URL was given out before the API's URL changed is used by a job of %s (P25)",
    async (named) => {
      const scene = oneJob();
      const upload = await uploaded(scene, PICTURES["image/png"]);
      const input = { prompt: "p", image_url: former(upload) };
      const answer = await scene.submit({ ...(named && { endpoint: named }), input });
      expect(answer.statusCode, answer.body).toBe(202);
      expect(scene.fal.handedOver).toEqual([PICTURES["image/png"]]);
      expect(scene.row().upload_keys).toEqual([keyOf(upload)]);
    },
  );
});

describe("the files of a model that accepts any input", () => {
  it("the files of a model that accepts any input are uploaded wherever they occur: fal gets a URL for each, for this job only (P11, P13)", async () => {
    const scene = oneJob();
    const upload = await uploaded(scene, SOUND, "audio/x-wav");
    const input = { images: [PNG, { url: dataUriOf("image/webp") }], sound: { a: { b: upload } }, text: "plain", n: 1 };
    const answer = await scene.submit({ endpoint, input });
    expect(answer.statusCode, answer.body).toBe(202);
    const { id } = scene.row();
    const url = (name: string) => `https://v3.fal.media/files/${id}${name}`;
    const held = { ...input, images: [url(".png"), { url: url("1.webp") }], sound: { a: { b: url("2.x") } } };
    expect(scene.row()).toMatchObject({ endpoint, input: held, image_held: true, upload_keys: [keyOf(upload)] });
    expect(scene.fal.calls[0]?.input).toEqual(held);
    expect(scene.fal.handedOver).toEqual([PICTURES["image/png"], PICTURES["image/webp"], SOUND]);
    expect(answer.body).not.toMatch(/data:|upload_key/);
  });

  it("the files of a model that accepts any input are uploaded once each, however often the input names them", async () => {
    const scene = oneJob();
    await scene.submit({ endpoint, input: { first: PNG, last: PNG, all: [PNG] } });
    const url = `https://v3.fal.media/files/${scene.row().id}.png`;
    expect(scene.row().input).toEqual({ first: url, last: url, all: [url] });
    expect(scene.fal.handedOver).toHaveLength(1);
  });

  it("the files of a model that accepts any input need not be images, and are not inspected", async () => {
    const scene = oneJob();
    await scene.submit({ endpoint, input: { a: SOUND_URI, b: `data:image/png;base64,${SOUND.toString("base64")}` } });
    expect(scene.fal.handedOver).toEqual([SOUND, SOUND]);
  });

  it("the files of a model that accepts any input are left unchanged if they are not files, or not ours", async () => {
    const scene = oneJob();
    const input = {
      a: "https://example.com/a.jpg",
      b: "data:text/plain,hello",
      c: "https://api.example.com/prod/uploads/",
      d: "https://api.example.com/uploads/0193500000007000800000000000abcd",
    };
    await scene.submit({ endpoint, input });
    expect(scene.row().input).toEqual(input);
    expect([scene.row().image_held, scene.row().upload_keys, scene.fal.handedOver]).toEqual([undefined, undefined, []]);
  });

  it("the files of a model that accepts any input are at most ten", async () => {
    const scene = oneJob();
    const urls = await Promise.all(Array.from({ length: 11 }, () => uploaded(scene, SOUND)));
    const answer = await scene.submit({ endpoint, input: { urls } });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 422, errors: [{ pointer: "/input" }] });
    expectNothing(scene);
    expect((await scene.submit({ endpoint, input: { urls: urls.slice(1) } })).statusCode).toBe(202);
    expect(scene.row().upload_keys).toHaveLength(10);
  });

  it("the files of a model that accepts any input are named by their position when one cannot be used, and then none is sent to fal", async () => {
    const scene = oneJob();
    const { image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
    const answer = await scene.submit({ endpoint, input: { a: PNG, b: [{ "c/d": image_url }] } });
    expect(JSON.parse(answer.body).errors).toEqual([
      { pointer: "/input/b/0/c~1d", message: expect.stringMatching(/without an image/) },
    ]);
    expectNothing(scene);
  });

  it("the files of a model with fields for images are those fields alone: a prompt that is the same stays", async () => {
    const scene = oneJob();
    const upload = await uploaded(scene, PICTURES["image/png"]);
    for (const text of [PNG, upload]) {
      const answer = await scene.submit({ input: { prompt: text, image_url: text } });
      expect(answer.statusCode, answer.body).toBe(202);
      const { prompt, image_url } = JSON.parse(answer.body).input;
      expect([prompt, image_url]).toEqual([text, expect.stringContaining("https://v3.fal.media/files/")]);
    }
  });

  it("files are handed over as what their bytes are, where the sender did not know", async () => {
    const scene = oneJob();
    const upload = await uploaded(scene, PICTURES["image/webp"], "application/octet-stream");
    const bare = `data:;base64,${PICTURES["image/jpeg"].toString("base64")}`;
    await scene.submit({ endpoint, input: { a: upload, b: bare, c: SOUND_URI.replace("audio/x-wav", "*/*") } });
    const { id } = scene.row();
    const url = (name: string) => `https://v3.fal.media/files/${id}${name}`;
    expect(scene.row().input).toEqual({ a: url(".webp"), b: url("1.jpeg"), c: url("2.octet") });
  });

  it("the files of a model that accepts any input of another owner are not found (P25)", async () => {
    const scene = oneJob();
    const url = await uploaded(scene, SOUND);
    const answer = await scene.submit({ endpoint, input: { a: { b: url } } }, {}, { apiKeyId: "key-id-2" });
    expect(JSON.parse(answer.body)).toMatchObject({ status: 422, errors: [{ pointer: "/input/a/b" }] });
    expectNothing(scene);
  });

  it("the files of a model that accepts any input are uploaded once for a repeated request, and compared by their bytes (P16)", async () => {
    const scene = oneJob();
    const key = { "Idempotency-Key": "k" };
    await scene.submit({ endpoint, input: { a: PNG, b: SOUND_URI } }, key);
    expect((await scene.submit({ endpoint, input: { b: SOUND_URI, a: PNG } }, key)).statusCode).toBe(200);
    expect((await scene.submit({ endpoint, input: { a: SOUND_URI, b: PNG } }, key)).statusCode).toBe(422);
    expect([scene.fal.handedOver.length, scene.fal.posts.length]).toEqual([2, 1]);
  });

  it("the files of a model that accepts any input keep their URLs at fal when the job is retried, and are deleted with the job that they were uploaded for", async () => {
    const scene = oneJob();
    const urls = [await uploaded(scene, SOUND), await uploaded(scene, PICTURES["image/png"])];
    await scene.submit({ endpoint, input: { urls } });
    const first = scene.row();
    await scene.deliver("ERROR", { detail: "no" });
    const retried = JSON.parse((await scene.retry()).body);
    expect(retried.input).toEqual(first.input);
    expect(scene.fal.handedOver).toHaveLength(2);
    expect(scene.service.row(retried.id)).toMatchObject({ endpoint, fingerprint: first.fingerprint });
    expect(scene.service.row(retried.id)).not.toHaveProperty("upload_keys");
    expect(scene.service.row(retried.id).image_held).toBeUndefined();
    expect(scene.service.media.objects.size).toBe(2);
    expect((await scene.remove()).statusCode).toBe(204);
    expect(scene.service.media.objects.size).toBe(0);
  });

  it("the files of a model that accepts any input are all checked by validate_only, and none is uploaded", async () => {
    const scene = oneJob();
    const upload = await uploaded(scene, SOUND);
    const answer = await scene.submit(
      { endpoint, input: { a: [PNG], b: upload } },
      {},
      { query: { validate_only: "1" } },
    );
    const { input, cost } = JSON.parse(answer.body);
    expect([input, cost]).toEqual([
      { a: [`(image/png, ${PICTURES["image/png"].length} bytes)`], b: upload },
      undefined,
    ]);
    expectNothing(scene);
    const bad = { endpoint, input: { b: upload.replace(/.{4}$/, "ffff") } };
    expect((await scene.submit(bad, {}, { query: { validate_only: "1" } })).statusCode).toBe(422);
  });
});

describe("a job of a pass-through model", () => {
  it("a job of a pass-through model without a price has no cost, and settles like every other", async () => {
    const scene = oneJob();
    const answer = await scene.submit({ endpoint, input: {} });
    expect([answer.statusCode, JSON.parse(answer.body).cost]).toEqual([202, undefined]);
    await scene.deliver("OK", { video: { url: "https://v3.fal.media/files/b/x.mp4" }, seed: 7 });
    expect(JSON.parse((await scene.get()).body)).toMatchObject({ status: "succeeded", result: { extra: { seed: 7 } } });
  });

  it("a job of a pass-through model may be sent as a form, under its endpoint", async () => {
    const scene = oneJob();
    const form = formOf(
      ["endpoint", endpoint],
      ["prompt", "p"],
      ["image", new Blob([new Uint8Array(PICTURES["image/png"])])],
    );
    const answer = await scene.service.submit(await formEvent(form));
    expect(answer.statusCode, answer.body).toBe(202);
    expect(scene.row()).toMatchObject({ endpoint, input: { prompt: "p" } });
    expect(scene.fal.handedOver).toEqual([PICTURES["image/png"]]);
  });

  it("a job keeps a text that looks like what stands for its form's image", async () => {
    const scene = oneJob();
    const prompt = "data:image/png;base64,(image)";
    const picture = new Blob([new Uint8Array(PICTURES["image/png"])]);
    const lucy = formOf(["prompt", prompt], ["image", picture]);
    expect((await scene.service.submit(await formEvent(lucy))).statusCode).toBe(202);
    expect(scene.row().input.prompt).toBe(prompt);
    const passed = formOf(["endpoint", endpoint], ["prompt", prompt], ["image", picture]);
    const { errors } = JSON.parse((await scene.service.submit(await formEvent(passed))).body);
    expect(errors).toEqual([expect.objectContaining({ pointer: "/prompt", message: expect.stringMatching(/base64/) })]);
  });

  it("a job of a pass-through model may be in a batch beside others", async () => {
    const scene = oneJob();
    const lucy = { input: { prompt: "p", image_url: "https://example.com/a.jpg" } };
    const jobs = [
      lucy,
      { endpoint, input: { x: [PNG] } },
      { endpoint: "decart/lucy-i2v", ...lucy },
      { endpoint: "x", ...lucy },
    ];
    const { body } = await scene.service.batch(
      gatewayEvent({ resource: "/jobs/batch", body: JSON.stringify({ jobs }) }),
    );
    const { results } = JSON.parse(body);
    expect(
      results.map(({ status, job }: { status: number; job?: { endpoint: string } }) => [status, job?.endpoint]),
    ).toEqual([
      [202, "decart/lucy-14b/image-to-video"],
      [202, endpoint],
      [202, "decart/lucy-i2v"],
      [422, undefined],
    ]);
    expect(scene.fal.calls.map((call) => call.endpoint).sort()).toEqual([
      endpoint,
      "decart/lucy-14b/image-to-video",
      "decart/lucy-i2v",
    ]);
    expect(results[3].problem.errors).toMatchObject([{ pointer: "/endpoint" }]);
  });
});
