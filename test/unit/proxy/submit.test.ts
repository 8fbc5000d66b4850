import { describe, expect, it } from "vitest";
import { REQUEST } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";
import { clientOf } from "./fal-client.ts";
import { ENDPOINT, INPUT, OTHER_ENDPOINT, type ProxyScene, proxyScene, SUBMIT } from "./proxy-scene.ts";

/** Nothing was recorded, posted or uploaded. */
function expectNothing({ service, fal }: ProxyScene): void {
  expect([service.rows().size, fal.posts, fal.handedOver]).toEqual([0, [], []]);
}

describe("queue.submit through the proxy", () => {
  it("queue.submit through the proxy creates a job that belongs to the caller, with the request's id", async () => {
    const scene = proxyScene();
    const { client } = clientOf(scene);
    const told = await client.queue.submit(ENDPOINT, { input: INPUT });
    const { id } = scene.row();
    const response_url = `https://queue.fal.run/decart/lucy-14b/requests/${id}`;
    expect(told).toEqual({
      status: "IN_QUEUE",
      request_id: id,
      response_url,
      status_url: `${response_url}/status`,
      cancel_url: `${response_url}/cancel`,
      queue_position: 0,
      gateway_request_id: id,
    });
    expect(scene.row()).toMatchObject({
      owner: "key-id-1",
      endpoint: ENDPOINT,
      status: "queued",
      request_id: "req-1",
      input: { ...INPUT, resolution: "720p", aspect_ratio: "16:9", sync_mode: false },
    });
    expect(scene.fal.calls).toMatchObject([{ endpoint: ENDPOINT, input: scene.row().input }]);
  });

  it("queue.submit through the proxy returns the request's id as fal's header, for pages of any origin (A3)", async () => {
    const scene = proxyScene();
    const { status, headers } = await scene.send();
    expect([status, headers["x-fal-request-id"]]).toEqual([200, scene.row().id]);
    expect(headers).toMatchObject({
      "content-type": "application/json",
      "access-control-allow-origin": "*",
      "access-control-expose-headers": "*",
    });
  });

  it("queue.submit through the proxy belongs to the owner of the API key, whatever Authorization says (P24)", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, { Authorization: "Key somebody-else", "x-fal-owner": "x" });
    expect(scene.row().owner).toBe("key-id-1");
    expect(JSON.stringify(scene.row())).not.toContain("somebody-else");
  });

  it("queue.submit through the proxy can be read by its owner through the rest of the API", async () => {
    const scene = proxyScene();
    await scene.send();
    expect(JSON.parse((await scene.get()).body)).toMatchObject({ id: scene.row().id, status: "queued" });
  });

  it("queue.submit through the proxy without options creates the same job as POST /jobs with the same input", async () => {
    const [through, direct] = [proxyScene(), proxyScene()];
    await through.send();
    await direct.submit(REQUEST);
    const { id: _, created_at_id: __, token_hash: ___, write_id: ____, shard: _____, ...row } = direct.row();
    expect(through.row()).toMatchObject(row);
    expect(through.row()).not.toHaveProperty("fal_options");
    expect(through.row()).not.toHaveProperty("callback_format");
  });

  it.each(["decart/lucy-i2v", OTHER_ENDPOINT])(
    "queue.submit through the proxy runs a configured endpoint: %s",
    async (endpoint) => {
      const scene = proxyScene();
      const told = await scene.send(INPUT, {}, `https://queue.fal.run/${endpoint}`);
      const [owner, alias] = endpoint.split("/");
      expect([told.status, scene.row().endpoint, scene.fal.calls[0]?.endpoint]).toEqual([200, endpoint, endpoint]);
      expect(told.body.response_url).toBe(`https://queue.fal.run/${owner}/${alias}/requests/${scene.row().id}`);
    },
  );

  it.each(["fal-ai/flux/dev", "decart/lucy-14b", `${ENDPOINT}/`, `${ENDPOINT}/fast`, "", "DECART/lucy-i2v", "/x"])(
    "queue.submit through the proxy rejects an endpoint that is not configured: %j",
    async (endpoint) => {
      const scene = proxyScene();
      const told = await scene.send(INPUT, {}, `https://queue.fal.run/${endpoint}`);
      expect([told.status, told.body.detail]).toEqual([
        403,
        expect.stringContaining(`does not serve the endpoint ${endpoint}.`),
      ]);
      expectNothing(scene);
    },
  );

  it("queue.submit through the proxy accepts an inline image, which fal gets under its own URL (P11)", async () => {
    const scene = proxyScene();
    const { status } = await scene.send({ ...INPUT, image_url: dataUriOf("image/png") });
    expect([status, scene.fal.handedOver]).toEqual([200, [PICTURES["image/png"]]]);
    expect(scene.row()).toMatchObject({
      image_held: true,
      input: { image_url: `https://v3.fal.media/files/${scene.row().id}.png` },
    });
  });

  it("queue.submit through the proxy accepts a File, which the client uploads to us automatically", async () => {
    const scene = proxyScene();
    const { client, calls } = clientOf(scene);
    const file = new File([new Uint8Array(PICTURES["image/webp"])], "a.webp", { type: "image/webp" });
    await client.queue.submit(ENDPOINT, { input: { prompt: "p", image_url: file } });
    expect(scene.fal.handedOver).toEqual([PICTURES["image/webp"]]);
    expect(scene.row().upload_keys).toEqual([expect.stringMatching(/^uploads\/key-id-1\/[0-9a-f]{32}$/)]);
    expect(calls.map(({ method }) => method)).toEqual(["POST", "PUT", "POST"]);
  });
});

describe("a repeat with an Idempotency-Key", () => {
  const key = { "idempotency-key": "order-7" };

  it("a repeat with an Idempotency-Key finds the same job", async () => {
    const scene = proxyScene();
    const [first, again] = [await scene.send(INPUT, key), await scene.send(INPUT, key)];
    expect([again.status, again.body, scene.fal.posts.length]).toEqual([200, first.body, 1]);
  });

  it("a repeat with an Idempotency-Key with other options is another request, and rejected", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, key);
    const told = await scene.send(INPUT, { ...key, "x-fal-runner-hint": "warm" });
    expect([told.status, told.body.detail]).toEqual([422, expect.stringContaining("different request")]);
    expect(scene.fal.posts).toHaveLength(1);
  });

  it("a repeat with an Idempotency-Key finds the job that POST /jobs created for the same request", async () => {
    const scene = proxyScene();
    await scene.submit(REQUEST, { "Idempotency-Key": "order-7" });
    expect((await scene.send(INPUT, key)).body.request_id).toBe(scene.row().id);
  });

  it("a repeat with an Idempotency-Key is a new job for another owner", async () => {
    const scene = proxyScene();
    await scene.send(INPUT, key);
    const other = { headers: key, body: JSON.stringify(INPUT), apiKeyId: "key-id-2" };
    expect((await scene.ask("POST", SUBMIT, other)).status).toBe(200);
    expect(scene.service.rows().size).toBe(2);
  });

  it.each<[string, string | string[]]>([
    ["empty", ""],
    ["not ASCII", "ä"],
    ["sent twice", ["a", "b"]],
  ])("a repeat with an Idempotency-Key that is %s is rejected", async (_, value) => {
    const scene = proxyScene();
    const { status, body } = await scene.send(INPUT, { "idempotency-key": value });
    expect([status, body]).toEqual([400, { detail: expect.stringContaining("Idempotency-Key") }]);
    expectNothing(scene);
  });
});
