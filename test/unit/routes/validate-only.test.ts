import { describe, expect, it } from "vitest";
import { oneJob, REQUEST } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";

type Scene = ReturnType<typeof oneJob>;
const query = { validate_only: "true" };

type Validate = (scene: Scene, body?: unknown, headers?: Record<string, string>) => ReturnType<Scene["submit"]>;

/** The same check on two paths: its own, and the older query of `POST /jobs`. */
const WAYS: readonly (readonly [string, Validate])[] = [
  ["POST /jobs/validate", (scene, body = REQUEST, headers = {}) => scene.validate(body, headers)],
  ["POST /jobs?validate_only=1", (scene, body = REQUEST, headers = {}) => scene.submit(body, headers, { query })],
];

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: Scene): void {
  expect([service.rows().size, service.state.prepared, fal.posts.length, fal.handedOver.length]).toEqual([0, 0, 0, 0]);
}

async function uploaded(scene: Scene): Promise<string> {
  return JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body).image_url;
}

describe.each(WAYS)("%s", (way, validate) => {
  it(`${way} returns what would be sent to fal and its cost, and does nothing`, async () => {
    const scene = oneJob();
    const asked = { ...REQUEST, metadata: { a: "b" }, callback_url: "https://hooks.example.com/" };
    const { statusCode, headers, body } = await validate(scene, asked);
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).toEqual({
      ...asked,
      endpoint: "decart/lucy-14b/image-to-video",
      input: { ...REQUEST.input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
      deadline_seconds: 7200,
      cost: { estimated_usd: 0.4 },
    });
    expect(headers).not.toHaveProperty("location");
    expectNothing(scene);
  });

  it(`${way} returns the type and size of an inline image in place of its bytes`, async () => {
    const scene = oneJob();
    const { body } = await validate(scene, { input: { ...REQUEST.input, image_url: dataUriOf("image/jpeg") } });
    expect(JSON.parse(body).input.image_url).toBe(`(image/jpeg, ${PICTURES["image/jpeg"].length} bytes)`);
    expectNothing(scene);
  });

  it(`${way} reads an upload without using it up`, async () => {
    const scene = oneJob();
    const image_url = await uploaded(scene);
    scene.put(image_url);
    const { statusCode, body } = await validate(scene, { input: { ...REQUEST.input, image_url } });
    expect([statusCode, JSON.parse(body).input.image_url]).toEqual([200, image_url]);
    expectNothing(scene);
  });

  it.each<[string, (scene: Scene) => Promise<unknown>]>([
    ["without a prompt", async () => ({ input: { image_url: "https://example.com/a.jpg" } })],
    ["with an unknown field", async () => ({ ...REQUEST, x: 1 })],
    ["with a callback to this API", async () => ({ ...REQUEST, callback_url: "https://api.example.com/prod/jobs" })],
    ["with a broken image", async () => ({ input: { ...REQUEST.input, image_url: "data:image/png;base64,AAAA" } })],
    [
      "with an upload that is not there",
      async (scene) => ({ input: { ...REQUEST.input, image_url: await uploaded(scene) } }),
    ],
    [
      "with an upload that is not an image",
      async (scene) => {
        const image_url = await uploaded(scene);
        scene.put(image_url, Buffer.from("not a picture"));
        return { input: { ...REQUEST.input, image_url } };
      },
    ],
  ])(`${way} rejects a request %s as the real one would`, async (_, make) => {
    const scene = oneJob();
    const body = await make(scene);
    const { statusCode, body: problem } = await validate(scene, body);
    expect([statusCode, JSON.parse(problem).code]).toEqual([422, "invalid_request"]);
    expectNothing(scene);
    expect(JSON.parse((await scene.submit(body)).body).errors).toEqual(JSON.parse(problem).errors);
  });

  it(`${way} does not use up its Idempotency-Key: a later request under it is a new one`, async () => {
    const scene = oneJob();
    const key = { "Idempotency-Key": "k" };
    await validate(scene, REQUEST, key);
    expect((await scene.submit(REQUEST, key)).statusCode).toBe(202);
    expect((await validate(scene, { input: { ...REQUEST.input, prompt: "other" } }, key)).statusCode).toBe(200);
  });

  it(`${way} needs neither fal's key nor the table`, async () => {
    const scene = oneJob();
    Object.assign(scene.service.state, { falKey: undefined, tableIsDown: true });
    const inline = {
      input: { ...REQUEST.input, image_url: `data:image/png;base64,${PICTURES["image/png"].toString("base64")}` },
    };
    expect((await validate(scene, inline)).statusCode).toBe(200);
  });
});

it.each([
  ["1", 200],
  ["true", 200],
  ["0", 202],
  ["false", 202],
  ["yes", 400],
  ["", 400],
])("POST /jobs?validate_only=%s is answered %i", async (validate_only, status) => {
  expect((await oneJob().submit(REQUEST, {}, { query: { validate_only } })).statusCode).toBe(status);
});
