import { describe, expect, it } from "vitest";
import type { FieldError } from "../../../lambdas/contract/validation.ts";
import { REQUEST_UPLOADS_MAX_BYTES, UPLOAD_MAX_BYTES } from "../../../lambdas/limits.ts";
import { gatewayEvent } from "../../support/events.ts";
import { answered, busy, minuteMs, oneJob, REQUEST } from "../../support/one-job.ts";
import { dataUriOf, PICTURES } from "../../support/pictures.ts";

const secondMs = 1000;

interface Result {
  readonly status: number;
  readonly job?: { readonly id: string; readonly status: string; readonly input: { readonly prompt: string } };
  readonly problem?: { readonly code: string; readonly errors?: readonly FieldError[] };
}

/** This many different requests. */
function requests(count: number) {
  return Array.from({ length: count }, (_, n) => ({ input: { ...REQUEST.input, prompt: `job ${n}` } }));
}

function post(scene: ReturnType<typeof oneJob>, body: unknown, headers: Record<string, string> = {}) {
  const typed = { "Content-Type": "application/json", ...headers };
  return scene.service.batch(gatewayEvent({ resource: "/jobs/batch", body: JSON.stringify(body), headers: typed }));
}

async function resultsOf(
  scene: ReturnType<typeof oneJob>,
  jobs: readonly unknown[],
  headers: Record<string, string> = {},
): Promise<readonly Result[]> {
  const { statusCode, body } = await post(scene, { jobs }, headers);
  expect(statusCode, body).toBe(200);
  return JSON.parse(body).results;
}

describe("POST /jobs/batch", () => {
  it.each([1, 10, 11, 50])(
    "POST /jobs/batch creates a job for each of %i entries, in their order, with one POST for each",
    async (count) => {
      const scene = oneJob();
      const results = await resultsOf(scene, requests(count));
      expect(results.map(({ status, job }) => [status, job?.status, job?.input.prompt])).toEqual(
        Array.from({ length: count }, (_, n) => [202, "queued", `job ${n}`]),
      );
      expect([scene.fal.posts.length, scene.service.rows().size]).toEqual([count, count]);
    },
  );

  it("A20: POST /jobs/batch records all entries without an attempt before the first is sent, and sends ten at a time", async () => {
    const scene = oneJob();
    let underWay = 0;
    let most = 0;
    let recorded: number | undefined;
    scene.fal.during = async () => {
      most = Math.max(most, ++underWay);
      recorded ??= [...scene.service.rows().values()].filter(({ attempt }) => attempt === undefined).length;
      await new Promise(setImmediate);
      expect([...scene.service.rows().values()].every(({ due_at }) => due_at !== undefined)).toBe(true);
      underWay--;
    };
    await resultsOf(scene, requests(35));
    expect(scene.service.rows().size).toBe(35);
    expect(most).toBe(10);
    expect(recorded).toBeGreaterThanOrEqual(25);
  });

  it("A20: POST /jobs/batch leaves to the sweep what there is no time to send, and reports that", async () => {
    const scene = oneJob();
    scene.fal.during = async () => {
      scene.service.state.nowMs += secondMs;
    };
    const results = await resultsOf(scene, requests(50));
    const sent = scene.fal.posts.length;
    expect(sent).toBeGreaterThan(9);
    expect(sent).toBeLessThan(30);
    expect(results.filter(({ job }) => job?.status === "submitting")).toHaveLength(50 - sent);
    expect(results.every(({ status }) => status === 202)).toBe(true);
    const unsent = [...scene.service.rows().values()].filter(({ attempt }) => attempt === undefined);
    expect(unsent.every(({ due_at = Infinity }) => due_at <= scene.service.state.nowMs)).toBe(true);
    scene.fal.during = async () => undefined;
    await scene.sweepFor(3 * minuteMs);
    expect(scene.fal.posts).toHaveLength(50);
    expect(new Set(scene.fal.posts).size).toBe(50);
  });

  it("POST /jobs/batch gives each entry its own outcome: invalid ones among valid", async () => {
    const scene = oneJob();
    const [good, other] = requests(2);
    const odd = [good, { input: { prompt: "" } }, other, null, 5, { ...good, x: 1 }, [good]];
    const results = await resultsOf(scene, odd);
    expect(results.map(({ status, problem }) => problem?.code ?? status)).toEqual([
      202,
      "invalid_request",
      202,
      ...Array.from({ length: 4 }, () => "invalid_request"),
    ]);
    expect(results[1]?.problem?.errors?.map(({ pointer }) => pointer)).toEqual(["/input/prompt", "/input/image_url"]);
    expect(scene.service.rows().size).toBe(2);
  });

  it("POST /jobs/batch accepts inline images, each of which goes to fal's storage before its job is recorded (P11)", async () => {
    const scene = oneJob();
    const inline = { input: { ...REQUEST.input, image_url: dataUriOf("image/png") } };
    expect((await resultsOf(scene, [inline, REQUEST])).map(({ status }) => status)).toEqual([202, 202]);
    expect(scene.fal.handedOver).toHaveLength(1);
    scene.fal.storageIsDown = true;
    const [held, hosted] = await resultsOf(scene, [inline, REQUEST]);
    expect([held?.problem?.code, hosted?.status]).toEqual(["storage_unavailable", 202]);
    expect(scene.service.rows().size).toBe(3);
  });

  it("POST /jobs/batch keeps the jobs that fal temporarily rejects, and the sweep sends them again", async () => {
    const scene = oneJob();
    scene.fal.submission = busy;
    const results = await resultsOf(scene, requests(3));
    expect(results.map(({ status, job }) => [status, job?.status])).toEqual(Array(3).fill([202, "submitting"]));
    scene.fal.submission = { outcome: "accepted", requestId: "req-1" };
    scene.fal.status = answered(202, { status: "IN_QUEUE" });
    await scene.sweepFor(10 * minuteMs);
    expect([...scene.service.rows().values()].map(({ status }) => status)).toEqual(Array(3).fill("queued"));
  });

  it("P28: reads an upload that several entries name once, and hands it over for each of their jobs (P11)", async () => {
    const scene = oneJob();
    const { image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
    scene.put(image_url);
    const entry = { input: { ...REQUEST.input, image_url } };
    const results = await resultsOf(scene, [...Array(49).fill(entry), REQUEST]);
    expect(results.every(({ status }) => status === 202)).toBe(true);
    expect([scene.service.state.uploadsRead, scene.fal.handedOver.length]).toEqual([1, 49]);
    expect(new Set([...scene.service.rows().values()].map(({ input }) => input.image_url)).size).toBe(50);
    await resultsOf(scene, [entry]);
    expect(scene.service.state.uploadsRead).toBe(2);
  });

  it("P28: holds a bounded number of uploads in memory at the same time, whatever its entries name", async () => {
    const scene = oneJob();
    const newUpload = async () => {
      const { image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
      scene.put(image_url);
      return image_url;
    };
    const entries: unknown[] = [];
    while (entries.length < 36) {
      entries.push({ input: { ...REQUEST.input, image_url: await newUpload() } });
      if (entries.length % 4 > 0) continue;
      const images = await Promise.all(Array.from({ length: 3 }, newUpload));
      entries.push({ endpoint: "acme/any/image-to-video", input: { images } });
    }
    let most = 0;
    scene.fal.duringUpload = async () => {
      for (let turns = 0; turns < 20; turns++) await new Promise(setImmediate);
      most = Math.max(most, scene.service.state.uploadsRead - scene.fal.handedOver.length);
    };
    const results = await resultsOf(scene, entries);
    expect(results.every(({ status }) => status === 202)).toBe(true);
    expect(most).toBeGreaterThan(1);
    expect(most * UPLOAD_MAX_BYTES).toBeLessThanOrEqual(REQUEST_UPLOADS_MAX_BYTES);
  });

  it("P28: POST /jobs/validate reads a job's uploads one after another, and so holds one", async () => {
    const scene = oneJob();
    const images: string[] = [];
    for (let count = 0; count < 3; count++) {
      const { image_url } = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
      images.push(image_url);
    }
    scene.put(images[0] ?? "");
    const { statusCode } = await scene.validate({ endpoint: "acme/any/image-to-video", input: { images } });
    // The second one is missing, so nobody reads the third one.
    expect([statusCode, scene.service.state.uploadsRead]).toEqual([422, 2]);
  });

  it("an entry with too many files is a problem of its own", async () => {
    const images = Array.from(
      { length: 11 },
      (_, n) => `https://api.example.com/prod/uploads/${`${n}`.padStart(32, "0")}`,
    );
    const entry = { endpoint: "acme/any/image-to-video", input: { images } };
    const results = await resultsOf(oneJob(), [entry, REQUEST]);
    expect(results.map(({ status, problem }) => problem?.code ?? status)).toEqual(["invalid_request", 202]);
  });

  it("P28: answers each entry that names an unusable upload, within a second", async () => {
    const scene = oneJob();
    const { image_url } = JSON.parse((await scene.upload({ content_type: "image/jpeg", size: 12 })).body);
    const header = PICTURES["image/jpeg"].subarray(0, 200);
    scene.put(image_url, Buffer.concat([header, Buffer.alloc(25_000_000)]), "image/jpeg");
    const started = process.cpuUsage();
    const results = await resultsOf(scene, Array(50).fill({ input: { ...REQUEST.input, image_url } }));
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
    expect(results.map(({ problem }) => problem?.errors?.[0]?.message)).toEqual(
      Array(50).fill(expect.stringMatching(/is truncated/)),
    );
    expect([scene.service.rows().size, scene.fal.handedOver.length]).toEqual([0, 0]);
  });

  it.each<[string, unknown]>([
    ["no entries", { jobs: [] }],
    ["51 entries", { jobs: requests(51) }],
    ["no jobs", {}],
    ["jobs that are not a list", { jobs: REQUEST }],
    ["another field", { jobs: [REQUEST], x: 1 }],
    ["a list", [REQUEST]],
    ["nothing", null],
  ])("POST /jobs/batch with %s is a 422, and nothing is recorded", async (_, body) => {
    const scene = oneJob();
    const { statusCode, body: problem } = await post(scene, body);
    expect([statusCode, JSON.parse(problem).code]).toEqual([422, "invalid_request"]);
    expect([scene.service.rows().size, scene.fal.posts.length]).toEqual([0, 0]);
  });

  it("POST /jobs/batch answers each entry with a problem while the table is down", async () => {
    const scene = oneJob();
    scene.service.state.tableIsDown = true;
    const results = await resultsOf(scene, requests(2));
    expect(results.map(({ problem }) => problem?.code)).toEqual(["table_unavailable", "table_unavailable"]);
  });
});

describe("a repeated batch", () => {
  const key = { "Idempotency-Key": "k" };

  it("P16: a repeated batch under the same key returns each entry's job in its current state, and sends nothing twice", async () => {
    const scene = oneJob();
    const first = await resultsOf(scene, requests(12), key);
    const again = await resultsOf(scene, requests(12), key);
    expect(again.map(({ status, job }) => [status, job?.id])).toEqual(first.map(({ job }) => [200, job?.id]));
    expect([scene.fal.posts.length, scene.service.rows().size]).toEqual([12, 12]);
  });

  it("P16: a repeated batch keys each entry by its position, so two equal entries are two jobs", async () => {
    const scene = oneJob();
    const [one, two] = await resultsOf(scene, [REQUEST, REQUEST], key);
    expect(one?.job?.id).not.toBe(two?.job?.id);
    const longer = await resultsOf(scene, [REQUEST, REQUEST, REQUEST], key);
    expect(longer.map(({ status }) => status)).toEqual([200, 200, 202]);
  });

  it("a repeated batch rejects only the entry that differs from before", async () => {
    const scene = oneJob();
    const [a, b, c] = requests(3);
    await resultsOf(scene, [a, b], key);
    const again = await resultsOf(scene, [a, c], key);
    expect([again[0]?.status, again[1]?.problem?.code]).toEqual([200, "idempotency_key_reused"]);
  });

  it("a repeated batch completes what was interrupted: recorded entries are replayed, the others created", async () => {
    const scene = oneJob();
    const [a, b] = requests(2);
    await resultsOf(scene, [a, { input: {} }], key);
    const again = await resultsOf(scene, [a, b], key);
    expect(again.map(({ status }) => status)).toEqual([200, 202]);
  });

  it("a repeated batch is independent of a single job's key", async () => {
    const scene = oneJob();
    await scene.submit(REQUEST, key);
    const [only] = await resultsOf(scene, [REQUEST], key);
    expect([only?.status, scene.service.rows().size]).toEqual([202, 2]);
  });

  it("a repeated batch with a malformed key is a 400", async () => {
    expect((await post(oneJob(), { jobs: [REQUEST] }, { "Idempotency-Key": "" })).statusCode).toBe(400);
  });
});
