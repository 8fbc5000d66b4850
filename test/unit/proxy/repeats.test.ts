import { describe, expect, it } from "vitest";
import { keyMissing, readRefusal } from "../../../lambdas/fal/submission.ts";
import { answered, hourMs } from "../../support/one-job.ts";
import { dataUriOf } from "../../support/pictures.ts";
import { clientOf, quickly } from "./fal-client.ts";
import { ENDPOINT, INPUT, type ProxyScene, proxyScene, RETRYABLE } from "./proxy-scene.ts";

const INLINE = { ...INPUT, image_url: dataUriOf("image/png") };
const CLIENT_POSTS_MAX = 4;

type Failure = (scene: ProxyScene) => unknown;

/** The outcome of one `queue.submit` of the real client while something fails. */
async function submitted(fail: Failure, input: Record<string, string> = INPUT, headers = {}, losing = 0) {
  const scene = proxyScene();
  await fail(scene);
  const { client, answers } = clientOf(scene, losing);
  const told = await quickly(() => client.queue.submit(ENDPOINT, { input, headers } as never));
  return { scene, told, answers, jobs: scene.service.rows().size, posts: scene.fal.posts.length };
}

const during =
  (change: object): Failure =>
  ({ fal, service }) =>
    Object.assign(fal, { during: async () => Object.assign(service.state, change) });
const answering =
  (status: number): Failure =>
  ({ fal }) =>
    Object.assign(fal, { submission: readRefusal(answered(status)) });
const being =
  (change: object): Failure =>
  ({ service }) =>
    Object.assign(service.state, change);

describe("P16: whatever fails, the client's own retries create no second job", () => {
  /** What fails, how often the client sends, how many jobs exist then, and how often fal was called. */
  it.each<[string, Failure, number, number, number]>([
    ["nothing", () => undefined, 1, 1, 1],
    ["the table, before the row is written", being({ tableIsDown: true }), 1, 0, 0],
    ["the table's answer to the row", being({ losesAnswers: true }), 1, 1, 0],
    ["every write", being({ refusesWrites: true }), 1, 0, 0],
    ["the table, while fal is asked", during({ tableIsDown: true }), 1, 1, 1],
    ["every write, while fal is asked", during({ refusesWrites: true }), 1, 1, 1],
    ["every answer of the table, while fal is asked", during({ losesAnswers: true }), 1, 1, 1],
    ["fal, by 429", answering(429), 1, 1, 1],
    ["fal, by 401", answering(401), 1, 1, 1],
    ["fal, by 402", answering(402), 1, 1, 1],
    ["fal, by 403", answering(403), 1, 1, 1],
    ["fal, by 404", answering(404), 1, 1, 1],
    ["fal, by 400", answering(400), 1, 1, 1],
    ["fal, by 408", answering(408), 1, 1, 1],
    ["fal, by 500", answering(500), 1, 1, 1],
    ["fal, by 502", answering(502), 1, 1, 1],
    ["fal, by 503", answering(503), 1, 1, 1],
    ["fal, by 504", answering(504), 1, 1, 1],
    [
      "fal, by silence",
      ({ fal }) => Object.assign(fal, { submission: readRefusal({ kind: "unanswered", reason: "late" }) }),
      1,
      1,
      1,
    ],
    [
      "fal, by refusing to connect",
      ({ fal }) => Object.assign(fal, { submission: readRefusal({ kind: "not_sent", reason: "ECONNREFUSED" }) }),
      1,
      1,
      1,
    ],
    ["FAL_KEY", being({ falKey: undefined }), 1, 1, 0],
    [
      "fal, three times before, so that it is left alone (P17)",
      async (scene) => {
        answering(503)(scene);
        for (let n = 0; n < 3; n++)
          await scene.ask("POST", `https://queue.fal.run/${ENDPOINT}`, { body: JSON.stringify(INPUT) });
      },
      1,
      4,
      3,
    ],
  ])("%s", async (_, fail, requests, jobs, posts) => {
    const { answers, ...made } = await submitted(fail);
    expect(answers).toHaveLength(requests);
    expect(RETRYABLE).not.toContain(answers[0]?.status);
    expect([made.jobs, made.posts]).toEqual([jobs, posts]);
  });

  it.each<[string, Failure, Record<string, string>]>([
    ["fal's storage", ({ fal }) => Object.assign(fal, { storageIsDown: true }), INLINE],
    ["FAL_KEY, which an image needs", being({ falKey: undefined }), INLINE],
  ])("%s: the client may retry, because nothing is recorded (P11)", async (_, fail, input) => {
    const { answers, jobs, posts, told } = await submitted(fail, input);
    expect(answers).toEqual(Array(CLIENT_POSTS_MAX).fill({ status: 503, jobs: 0 }));
    expect([jobs, posts, told]).toEqual([0, 0, expect.objectContaining({ status: 503 })]);
  });

  it("the bucket: the client may retry, once the upload can be read again", async () => {
    const scene = proxyScene();
    const { upload_url: _, image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
    scene.service.media.state.isDown = true;
    const { client, answers } = clientOf(scene);
    await quickly(() => client.queue.submit(ENDPOINT, { input: { ...INPUT, image_url } }));
    expect(answers).toEqual(Array(CLIENT_POSTS_MAX).fill({ status: 503, jobs: 0 }));
  });

  it("fal's storage, briefly: the client's retry becomes the one job", async () => {
    const { jobs, posts, answers } = await submitted(({ fal }) => {
      fal.storageIsDown = true;
      queueMicrotask(() => setImmediate(() => Object.assign(fal, { storageIsDown: false })));
    }, INLINE);
    expect(answers.map(({ status }) => status)).toEqual([503, 200]);
    expect([jobs, posts]).toEqual([1, 1]);
  });

  it("the budget: the client gets fal's empty-account error, and does not retry", async () => {
    const { answers, jobs, told } = await submitted(({ service }) => service.budgets.set("key-id-1", 0.1));
    expect(answers).toEqual([{ status: 403, jobs: 0 }]);
    expect([jobs, told]).toEqual([0, expect.objectContaining({ body: { detail: expect.stringContaining("budget") } })]);
  });

  it("too little time after an image was stored: the job is recorded and left to the sweep", async () => {
    const { answers, jobs, posts, scene } = await submitted((scene) => {
      const { handedOver } = scene.fal;
      handedOver.push = (...pictures) => {
        scene.service.state.nowMs += 22_000;
        return Array.prototype.push.apply(handedOver, pictures);
      };
    }, INLINE);
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect([jobs, posts]).toEqual([1, 0]);
    await scene.sweepAfter(0);
    expect([scene.row().status, scene.fal.posts.length]).toEqual(["queued", 1]);
  });

  it("lost answers: with an Idempotency-Key they all become one job", async () => {
    const { told, jobs, posts, answers, scene } = await submitted(
      () => undefined,
      INPUT,
      { "idempotency-key": "k" },
      3,
    );
    expect(answers).toEqual(Array(CLIENT_POSTS_MAX).fill({ status: 200, jobs: 1 }));
    expect([jobs, posts, told]).toEqual([1, 1, expect.objectContaining({ request_id: scene.row().id })]);
  });

  it("lost answers: without an Idempotency-Key each becomes a job", async () => {
    const { jobs } = await submitted(() => undefined, INPUT, {}, 1);
    expect(jobs).toBe(2);
  });

  it("lost answers while fal is down: with a key still one job and one POST, whatever the image", async () => {
    const { jobs, posts, answers } = await submitted(answering(503), INLINE, { "idempotency-key": "k" }, 3);
    expect([jobs, posts, new Set(answers.map(({ status }) => status))]).toEqual([1, 1, new Set([200])]);
  });

  it("the table, after the row's answer was lost: a retry with the key finds the job once the table is back", async () => {
    const scene = proxyScene();
    scene.service.state.losesAnswers = true;
    const key = { "idempotency-key": "k" };
    expect((await scene.send(INPUT, key)).status).toBe(500);
    scene.service.state.losesAnswers = false;
    const { status, body } = await scene.send(INPUT, key);
    expect([status, body.request_id, scene.service.rows().size]).toEqual([200, scene.row().id, 1]);
  });

  it("a deleted job: a late retry with its key renders nothing", async () => {
    const scene = proxyScene();
    const key = { "idempotency-key": "k" };
    await scene.send(INPUT, key);
    await scene.deliver("ERROR", { detail: "no" });
    await scene.remove();
    scene.service.state.nowMs += hourMs;
    const { status, body } = await scene.send(INPUT, key);
    expect([status, body]).toEqual([409, { detail: expect.stringContaining("deleted") }]);
    expect(scene.fal.posts).toHaveLength(1);
  });
});

describe("a job whose submission is not certain", () => {
  it("a job whose submission is not certain is answered like any other, and its status shows its outcome", async () => {
    const scene = proxyScene();
    scene.fal.submission = readRefusal(answered(504));
    const { status, body } = await scene.send();
    expect([status, body.status, scene.row().status]).toEqual([200, "IN_QUEUE", "submitting"]);
    expect((await scene.status()).body).toMatchObject({ status: "IN_QUEUE", queue_position: 0 });
  });

  it("a job submitted without FAL_KEY is sent once there is one", async () => {
    const scene = proxyScene();
    scene.fal.submission = keyMissing();
    await scene.send();
    scene.fal.submission = { outcome: "accepted", requestId: "req-1" };
    await scene.sweepAfter(hourMs);
    expect(scene.row().status).toBe("queued");
  });
});
