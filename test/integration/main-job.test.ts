import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { describeOnEngines } from "../support/engines.ts";
import { PICTURES } from "../support/pictures.ts";
import { accept, send } from "../support/scripted-fal.ts";
import { type Service, startService } from "../support/service.ts";

const request = { input: { prompt: "a lighthouse", image_url: "https://example.com/a.jpg" } };
const JPEG = Buffer.concat([PICTURES["image/jpeg"], Buffer.alloc(2000, 7)]);
const inline = { input: { prompt: "p", image_url: `data:image/jpeg;base64,${JPEG.toString("base64")}` } };

describeOnEngines("the main job on %s", (engine) => {
  let service: Service;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.close());
  beforeEach(() => {
    Object.assign(service.fal.world, { posts: [], uploads: [], answer: accept, storageStatus: 200 });
  });

  /** Submits and returns the job's id with the request that fal received. */
  async function submitted(body: unknown = request, headers: Record<string, string> = {}) {
    const answer = await service.submit(body, headers);
    const post = service.fal.world.posts.at(-1);
    if (!post) throw new Error(`no POST at fal: ${JSON.stringify(answer)}`);
    return { id: answer.body.id, answer, post };
  }

  describe("submitting", () => {
    it("submitting answers 202 with the queued job, after exactly one POST", async () => {
      const { answer, id, post } = await submitted({ ...request, metadata: { order: "7" } });
      expect(answer.status).toBe(202);
      expect(answer.headers).toMatchObject({ location: `${service.publicUrl}/jobs/${id}`, "retry-after": "2" });
      expect(answer.body).toMatchObject({ status: "queued", request_id: post.requestId, metadata: { order: "7" } });
      expect(service.fal.world.posts).toHaveLength(1);
      expect(post.body).toEqual({ ...request.input, resolution: "720p", aspect_ratio: "16:9", sync_mode: false });
      expect(post.webhookUrl).toMatch(new RegExp(`^${service.publicUrl}/webhooks/fal/${id}/[A-Za-z0-9_-]{43}$`));
    });

    it("P22: submitting stores the webhook token only as a hash, and reveals it to no one", async () => {
      const { answer, id, post } = await submitted();
      const token = post.webhookUrl.split("/").at(-1) ?? "";
      expect(JSON.stringify([answer.body, await service.row(id), (await service.get(id)).body])).not.toContain(token);
    });

    it("P12: the row says that an attempt is under way before the POST arrives", async () => {
      let seen: unknown;
      service.fal.world.answer = async (response, post) => {
        const id = /fal\/([0-9a-f]{32})\//.exec(post.webhookUrl)?.[1] ?? "";
        seen = await service.row(id);
        accept(response, post);
      };
      await submitted();
      expect(seen).toMatchObject({ status: "submitting", attempt: { number: 1, outcome: "under_way" } });
    });

    it("P6: the first due time is later than the POST's timeout", async () => {
      let dueInMs = 0;
      service.fal.world.answer = async (response, post) => {
        const row = await service.row(/fal\/([0-9a-f]{32})\//.exec(post.webhookUrl)?.[1] ?? "");
        dueInMs = (row.due_at ?? 0) - Date.now();
        accept(response, post);
      };
      await submitted();
      expect(dueInMs).toBeGreaterThan(15_000);
    });

    it("submitting keeps a job that fal temporarily rejects, due again", async () => {
      service.fal.world.answer = (response) => send(response, 429, { detail: "slow down" });
      const { answer, id } = await submitted();
      expect(answer).toMatchObject({
        status: 202,
        body: { status: "submitting", error: { code: "fal_busy", retryable: true } },
      });
      const row = await service.row(id);
      expect(row).toMatchObject({ attempt: { outcome: "refused" }, submit_due: expect.any(Number) });
      expect(row.due_at).toBe(row.submit_due);
    });

    it("submitting fails a job whose input fal rejects, and answers 422 with the job as instance", async () => {
      service.fal.world.answer = (response) =>
        send(response, 422, { detail: [{ msg: "no", type: "missing", loc: [] }] });
      const { answer } = await submitted();
      expect(answer).toMatchObject({ status: 422, body: { code: "input_refused" } });
      const job = await service.get(String(answer.body.instance).split("/").at(-1) ?? "");
      expect(job.body).toMatchObject({ status: "failed", settled_by: "submit", error: { code: "input_refused" } });
    });

    it.each([
      ["a 503", (response: import("node:http").ServerResponse) => send(response, 503, {})],
      ["a reset", (response: import("node:http").ServerResponse) => void response.socket?.resetAndDestroy()],
    ])("P12: submitting never resubmits automatically after %s; the webhook may still settle it", async (_, answer) => {
      service.fal.world.answer = answer;
      const { answer: told, id, post } = await submitted();
      expect(told).toMatchObject({
        status: 202,
        body: { status: "submitting", error: { code: "submission_unconfirmed" } },
      });
      expect(service.fal.world.posts).toHaveLength(1);
      expect(await service.row(id)).toMatchObject({ attempt: { outcome: "unknown" }, due_at: expect.any(Number) });
      expect((await service.deliver(post.webhookUrl, service.fal.delivery("req-9"))).status).toBe(200);
      expect((await service.get(id)).body).toMatchObject({
        status: "succeeded",
        request_id: "req-9",
        settled_by: "webhook",
      });
      expect((await service.get(id)).body.error).toBeUndefined();
    });

    it("submitting rejects a bad request before anything is recorded or sent", async () => {
      const answer = await service.submit({ input: { prompt: "", image_url: "ftp://x" }, extra: 1 });
      expect(answer).toMatchObject({ status: 422, body: { code: "invalid_request" } });
      expect(service.fal.world.posts).toHaveLength(0);
    });
  });

  describe("an Idempotency-Key", () => {
    it("an Idempotency-Key returns the same job in its current state, and pays once", async () => {
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      const first = await submitted(request, key);
      await service.deliver(first.post.webhookUrl, service.fal.delivery(first.post.requestId));
      const again = await service.submit({ ...request, deadline_seconds: 7200 }, key);
      expect(again).toMatchObject({
        status: 200,
        headers: { "idempotency-replayed": "true" },
        body: { id: first.id, status: "succeeded" },
      });
      expect(service.fal.world.posts).toHaveLength(1);
    });

    it("an Idempotency-Key with another request is rejected", async () => {
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      await submitted(request, key);
      const other = await service.submit({ input: { ...request.input, prompt: "other" } }, key);
      expect(other).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } });
      expect(service.fal.world.posts).toHaveLength(1);
    });

    it("an Idempotency-Key is race-free: twenty at once make one job and one POST", async () => {
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      const answers = await Promise.all(Array.from({ length: 20 }, () => service.submit(request, key)));
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1);
      expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(19).fill(200), 202]);
      expect(service.fal.world.posts).toHaveLength(1);
    });

    it("an Idempotency-Key belongs to its owner: a rotated key keeps the jobs, another key has its own (P24)", async () => {
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      const { id } = await submitted(request, key);
      expect((await service.submit(request, key, "key-1-rotated")).body.id).toBe(id);
      const other = await service.submit(request, key, "key-2");
      expect(other.status).toBe(202);
      expect(other.body.id).not.toBe(id);
    });
  });

  describe("an inline image (P11)", () => {
    it("an inline image (P11) goes to fal's storage first; the row, the POST and the answer contain its URL", async () => {
      const { answer, id, post } = await submitted(inline);
      expect(service.fal.world.uploads).toEqual([JPEG]);
      const url = "https://v3.fal.media/files/0.bin";
      expect([answer.body.input.image_url, post.body.image_url]).toEqual([url, url]);
      expect((await service.row(id)).input.image_url).toBe(url);
    });

    it("an inline image (P11) that fal's storage rejects is a 503, and nothing is recorded or sent", async () => {
      service.fal.world.storageStatus = 400;
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      expect(await service.submit(inline, key)).toMatchObject({ status: 503, body: { code: "storage_unavailable" } });
      service.fal.world.storageStatus = 200;
      expect(await service.submit(inline, key)).toMatchObject({ status: 202 });
      expect(service.fal.world.posts).toHaveLength(1);
    });

    it("an inline image (P11) is not uploaded again for a repeat", async () => {
      const key = { "Idempotency-Key": randomBytes(8).toString("hex") };
      const { id } = await submitted(inline, key);
      service.fal.world.storageStatus = 400;
      expect(await service.submit(inline, key)).toMatchObject({ status: 200, body: { id } });
      expect(service.fal.world.uploads).toHaveLength(1);
    });
  });

  describe("a webhook", () => {
    it("a webhook settles the job with one write", async () => {
      const { id, post } = await submitted();
      const before = await service.row(id);
      expect((await service.deliver(post.webhookUrl, service.fal.delivery(post.requestId))).status).toBe(200);
      const { body } = await service.get(id);
      expect(body).toMatchObject({
        status: "succeeded",
        settled_by: "webhook",
        result: { video: { url: expect.stringContaining(post.requestId) } },
      });
      expect(body.timeline.map((entry) => entry.event)).toEqual(["submitting", "queued", "succeeded"]);
      expect((await service.row(id)).version).toBe(before.version + 1);
    });

    it("a second time changes nothing", async () => {
      const { id, post } = await submitted();
      await service.deliver(post.webhookUrl, service.fal.delivery(post.requestId));
      const settled = await service.row(id);
      const failure = service.fal.delivery(post.requestId, { status: "ERROR", payload: { detail: "x" } });
      expect((await service.deliver(post.webhookUrl, service.fal.delivery(post.requestId))).status).toBe(200);
      expect((await service.deliver(post.webhookUrl, failure)).status).toBe(200);
      expect(await service.row(id)).toEqual(settled);
    });

    it("twenty webhooks at once settle the job once", async () => {
      const { id, post } = await submitted();
      const before = await service.row(id);
      const deliveries = Array.from({ length: 20 }, () =>
        service.deliver(post.webhookUrl, service.fal.delivery(post.requestId)),
      );
      expect((await Promise.all(deliveries)).map((answer) => answer.status)).toEqual(Array(20).fill(200));
      expect((await service.row(id)).version).toBe(before.version + 1);
    });

    it("a webhook may arrive before the submission's answer", async () => {
      service.fal.world.answer = async (response, post) => {
        expect((await service.deliver(post.webhookUrl, service.fal.delivery(post.requestId))).status).toBe(200);
        accept(response, post);
      };
      const { answer, id, post } = await submitted();
      expect(answer).toMatchObject({ status: 202, body: { status: "succeeded", request_id: post.requestId } });
      expect((await service.get(id)).body.timeline.map((entry) => entry.event)).toEqual(["submitting", "succeeded"]);
    });

    it("a webhook of a failure reports the reason", async () => {
      const { id, post } = await submitted();
      const payload = {
        detail: [{ loc: ["body", "image_url"], msg: "gone", type: "file_download_error", input: "SECRET" }],
      };
      await service.deliver(
        post.webhookUrl,
        service.fal.delivery(post.requestId, { status: "ERROR", error: "Invalid status code: 422", payload }),
      );
      const { body } = await service.get(id);
      expect(body).toMatchObject({ status: "failed", error: { code: "input_refused", detail: [{ msg: "gone" }] } });
      expect(JSON.stringify(body)).not.toContain("SECRET");
    });

    it("P5: a webhook without a payload confirms the job and makes it due now, before its 200", async () => {
      service.fal.world.answer = (response) => send(response, 500, {});
      const { id, post } = await submitted();
      const empty = service.fal.delivery("req-5", { payload: null, payload_error: "not serializable" });
      expect((await service.deliver(post.webhookUrl, empty)).status).toBe(200);
      const row = await service.row(id);
      expect(row).toMatchObject({ status: "queued", request_id: "req-5" });
      expect(row.due_at).toBeLessThanOrEqual(Date.now());
    });

    it("P4: a webhook whose content the table cannot hold still settles the job", async () => {
      const { id, post } = await submitted();
      const payload = { detail: [{ msg: "m", type: "t", ctx: { a: "deep" } }] };
      const nested = JSON.stringify(payload).replace('"deep"', `${"[".repeat(40)}${"]".repeat(40)}`);
      await service.deliver(
        post.webhookUrl,
        service.fal.delivery(post.requestId, { status: "ERROR", payload: JSON.parse(nested) }),
      );
      expect((await service.get(id)).body).toMatchObject({ status: "failed" });
    });

    it("a webhook that arrives after a failure is stored beside the state", async () => {
      const { id, post } = await submitted();
      await service.deliver(
        post.webhookUrl,
        service.fal.delivery(post.requestId, { status: "ERROR", payload: { detail: "x" } }),
      );
      await service.deliver(post.webhookUrl, service.fal.delivery(post.requestId));
      const { body } = await service.get(id);
      expect(body).toMatchObject({ status: "failed", late_result: { video: { url: expect.any(String) } } });
      expect(body.result).toBeUndefined();
    });
  });

  describe("a webhook that is not fal's for this job changes nothing", () => {
    it.each([
      "signature",
      "timestamp",
      "request id",
      "user id",
      "body",
      "missing header",
      "doubled header",
      "token",
      "job",
      "request",
      "key case",
    ])("a webhook with a wrong %s is rejected", async (kind) => {
      const [mine, other] = [await submitted(), await submitted()];
      const before = await service.row(mine.id);
      const good = service.fal.delivery(mine.post.requestId);
      const { webhookUrl } = mine.post;
      const set = (name: string, value: string | string[]) => ({
        ...good,
        headers: { ...good.headers, [name]: value },
      });
      const signature = String(good.headers["X-Fal-Webhook-Signature"]);
      const { "X-Fal-Webhook-Signature": _, ...unsigned } = good.headers;
      const token = webhookUrl.split("/").at(-1) ?? "";
      const attempts = {
        signature: [webhookUrl, set("X-Fal-Webhook-Signature", "0".repeat(128)), 401],
        timestamp: [
          webhookUrl,
          service.fal.signed(good.body, { requestId: mine.post.requestId, timestamp: 1_752_019_770 }),
          401,
        ],
        "request id": [webhookUrl, service.fal.signed(good.body, { requestId: "req-other" }), 401],
        "user id": [webhookUrl, set("X-Fal-Webhook-User-Id", "user_other"), 401],
        body: [webhookUrl, { ...good, body: Buffer.from(good.body.toString().replace(".mp4", ".mp5")) }, 401],
        "missing header": [webhookUrl, { ...good, headers: unsigned }, 401],
        "doubled header": [webhookUrl, set("X-Fal-Webhook-Signature", [signature, signature]), 401],
        token: [webhookUrl.replace(token, other.post.webhookUrl.split("/").at(-1) ?? ""), good, 404],
        job: [other.post.webhookUrl, good, 404],
        request: [webhookUrl, service.fal.delivery("req-another"), 404],
        "key case": [webhookUrl, set("X-Fal-Webhook-Signature", signature.toUpperCase()), 401],
      } as const;
      const [url, delivery, status] = attempts[kind as keyof typeof attempts];
      expect((await service.deliver(url, delivery)).status).toBe(status);
      expect(await service.row(mine.id)).toEqual(before);
      expect((await service.row(other.id)).status).toBe("queued");
      expect((await service.deliver(webhookUrl, good)).status).toBe(200);
      expect((await service.row(mine.id)).status).toBe("succeeded");
    });

    it("P3: a webhook for a job that does not exist creates none", async () => {
      const { post, id } = await submitted();
      const absent = "0".repeat(32);
      expect(
        (await service.deliver(post.webhookUrl.replace(id, absent), service.fal.delivery(post.requestId))).status,
      ).toBe(404);
      expect(await service.table.read(absent)).toBeUndefined();
    });
  });

  describe("reading", () => {
    it("reading returns Retry-After for an open job, and 304 when nothing changed", async () => {
      const { id } = await submitted();
      const first = await service.get(id);
      expect(first).toMatchObject({ status: 200, headers: { "retry-after": "2", etag: '"2"' } });
      expect((await service.get(id, { "If-None-Match": 'W/"2"' })).status).toBe(304);
      expect((await service.get(id, { "If-None-Match": '"1"' })).status).toBe(200);
    });

    it("another owner's job is a 404, like a job that does not exist", async () => {
      const { id } = await submitted();
      expect((await service.get(id, {}, "key-2")).status).toBe(404);
      expect((await service.get("f".repeat(32))).status).toBe(404);
      expect((await service.get("../x")).status).toBe(404);
    });

    it("health reports the state of its dependencies", async () => {
      expect(await service.health()).toMatchObject({
        status: 200,
        body: { status: "ok", table: "ok", fal_key: "configured" },
      });
    });
  });
});

describeOnEngines("an account that fal refuses, on %s", (engine) => {
  it.each([
    [401, "Authentication is required", "fal_key_refused", "fal_key"],
    [403, "User is locked. Reason: Exhausted balance.", "fal_account_locked", "account_locked"],
    [402, "Payment required", "fal_balance_exhausted", "balance"],
  ])("P33: a job waits for the operator after a %i, and no other one is sent", async (status, detail, code, wait) => {
    const service = await startService(engine);
    service.fal.world.answer = (response) => send(response, status, { detail });
    const waits = { status: 202, body: { status: "submitting", waiting_for: wait, error: { code, retryable: true } } };
    expect(await service.submit(request)).toMatchObject(waits);
    expect(await service.submit(request)).toMatchObject(waits);
    expect(service.fal.world.posts).toHaveLength(1);
    await service.close();
  });
});
