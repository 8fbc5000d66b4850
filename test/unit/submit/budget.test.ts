import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../../lambdas/job/event.ts";
import { gatewayEvent } from "../../support/events.ts";
import { BIRTH_MS, become, birth, jobError } from "../../support/jobs.ts";
import { CANCELLED, finish, hourMs, oneJob, REQUEST } from "../../support/one-job.ts";
import { dataUriOf } from "../../support/pictures.ts";

/** The estimated cost of `POST /jobs`, in US dollars. */
const JOB_USD = 0.4;

interface Entry {
  readonly status: number;
  readonly problem?: { readonly code: string };
}

const acceptedAs = (requestId: string): JobEvent => ({ at: BIRTH_MS, by: "submit", type: "accepted", requestId });
const FAILED: JobEvent = { at: BIRTH_MS, by: "webhook", type: "failed", error: jobError };

/** A service with this daily budget per owner. */
function budgeted(budgets: Readonly<Record<string, number>>) {
  const scene = oneJob();
  for (const [owner, usd] of Object.entries(budgets)) scene.service.budgets.set(owner, usd);
  const codes = async (count: number, change: Parameters<typeof scene.submit>[2] = {}) => {
    const statuses: number[] = [];
    while (statuses.length < count) statuses.push((await scene.submit(REQUEST, {}, change)).statusCode);
    return statuses;
  };
  return { ...scene, codes };
}

describe("a daily budget", () => {
  it.each([
    [3 * JOB_USD, [202, 202, 202, 429]],
    [1.19, [202, 202, 429, 429]],
    [JOB_USD, [202, 429]],
    [0.39, [429]],
    [0, [429]],
  ])("a daily budget of $%d answers %j", async (usd, expected) => {
    const { codes, fal } = budgeted({ "*": usd });
    expect(await codes(expected.length)).toEqual(expected);
    expect(fal.posts).toHaveLength(expected.filter((status) => status === 202).length);
  });

  it("a daily budget that is used up is a 429 that names it and says when the next one starts; nothing is recorded or sent", async () => {
    const { submit, service, fal } = budgeted({ "*": 0.3 });
    const { statusCode, headers, body } = await submit();
    expect(statusCode).toBe(429);
    expect(JSON.parse(body)).toMatchObject({ code: "budget_exceeded", detail: expect.stringContaining("$0.3 ") });
    expect(headers).toMatchObject({ "retry-after": String(12 * 3600) });
    expect([service.rows().size, fal.posts.length]).toEqual([0, 0]);
  });

  it("P29: a batch writes to its owner's budget once, once more if entries did not use their part, and as a repeat never", async () => {
    const { service } = budgeted({ "*": 20 * JOB_USD });
    const post = async (jobs: readonly unknown[]) => {
      const written = service.state.expensesWritten;
      const event = gatewayEvent({
        resource: "/jobs/batch",
        body: JSON.stringify({ jobs }),
        headers: { "Content-Type": "application/json", "Idempotency-Key": "batch" },
      });
      const { results } = JSON.parse((await service.batch(event)).body);
      const statuses = results.map(({ status, problem }: Entry) => problem?.code ?? status);
      return { statuses, writes: service.state.expensesWritten - written };
    };
    const upload = `https://api.example.com/prod/uploads/${"0".repeat(32)}`;
    const bad = { input: { ...REQUEST.input, image_url: upload } };
    expect(await post(Array(9).fill(REQUEST))).toEqual({ statuses: Array(9).fill(202), writes: 1 });
    // A repeat reserves nothing, so that it takes nothing from other requests of the owner meanwhile.
    expect(await post(Array(3).fill(REQUEST))).toEqual({ statuses: Array(3).fill(200), writes: 0 });
    expect(await post([REQUEST, bad, ...Array(8).fill(REQUEST), bad])).toMatchObject({ writes: 2 });
    expect(service.rows().size).toBe(10);
  });

  it("P29: a daily budget, however large, refuses what has no price: alone, in a batch, by fal's client and as a retry", async () => {
    const { submit, validate, service, fal } = budgeted({ "*": 1_000_000 });
    const unpriced = { endpoint: "acme/any/image-to-video", input: { image: dataUriOf("image/png") } };
    const { statusCode, body } = await submit(unpriced);
    expect([statusCode, JSON.parse(body).code]).toEqual([422, "endpoint_unpriced"]);
    expect(JSON.parse((await validate(unpriced)).body).code).toBe("endpoint_unpriced");
    const batch = JSON.stringify({ jobs: [unpriced, REQUEST] });
    const entries = JSON.parse((await service.batch(gatewayEvent({ resource: "/jobs/batch", body: batch }))).body);
    expect(entries.results.map(({ status, problem }: Entry) => problem?.code ?? status)).toEqual([
      "endpoint_unpriced",
      202,
    ]);
    const target = {
      "x-fal-target-url": `https://queue.fal.run/${unpriced.endpoint}`,
      "content-type": "application/json",
    };
    const event = gatewayEvent({ resource: "/fal/proxy", headers: target, body: JSON.stringify(unpriced.input) });
    expect((await service.proxyWrite(event)).statusCode).toBe(422);
    const failed = { ...become(birth(), acceptedAs("req-2"), FAILED), id: "e".repeat(32), endpoint: unpriced.endpoint };
    await service.add({ ...failed, owner: "key-id-1" });
    const retry = gatewayEvent({ pathParameters: { id: failed.id }, headers: {} });
    expect(JSON.parse((await service.retry(retry)).body).code).toBe("endpoint_unpriced");
    expect([service.rows().size, fal.posts.length, fal.handedOver.length]).toEqual([2, 1, 0]);
  });

  it("P16: a daily budget that was set since answers the repeat of a job without a price with that job", async () => {
    const { submit, service } = budgeted({});
    const unpriced = { endpoint: "acme/any/image-to-video", input: { seed: 1 } };
    const first = await submit(unpriced, { "Idempotency-Key": "k" });
    service.budgets.set("*", 1);
    const again = await submit(unpriced, { "Idempotency-Key": "k" });
    expect([first.statusCode, again.statusCode]).toEqual([202, 200]);
    expect(JSON.parse(again.body).id).toBe(JSON.parse(first.body).id);
  });

  it("a daily budget starts again at midnight UTC", async () => {
    const { codes, service } = budgeted({ "*": JOB_USD });
    expect(await codes(2)).toEqual([202, 429]);
    service.state.nowMs += 12 * hourMs - 1;
    expect(await codes(1)).toEqual([429]);
    service.state.nowMs += 1;
    expect(await codes(2)).toEqual([202, 429]);
  });

  it("a daily budget is separate for each owner; `*` sets it for every other owner, separately", async () => {
    const { codes } = budgeted({ "key-id-1": 2 * JOB_USD, "*": JOB_USD });
    expect(await codes(3)).toEqual([202, 202, 429]);
    expect(await codes(2, { apiKeyId: "key-id-2" })).toEqual([202, 429]);
    expect(await codes(2, { apiKeyId: "key-id-3" })).toEqual([202, 429]);
  });

  it("a daily budget for one owner leaves all others without a limit if there is no `*`", async () => {
    const { codes } = budgeted({ "key-id-2": 0 });
    expect(await codes(5)).toEqual([202, 202, 202, 202, 202]);
    expect(await codes(1, { apiKeyId: "key-id-2" })).toEqual([429]);
  });

  it("a daily budget adds up exactly: 250 jobs of $0.40 make $100", async () => {
    const { codes } = budgeted({ "*": 100 });
    expect((await codes(251)).filter((status) => status === 202)).toHaveLength(250);
  });

  it("a daily budget is never exceeded by concurrent requests", async () => {
    const { submit, service } = budgeted({ "*": 5 * JOB_USD });
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit()));
    expect(answers.filter(({ statusCode }) => statusCode === 202)).toHaveLength(5);
    expect(service.rows().size).toBe(5);
  });

  it("a daily budget that is used up still answers a repeat with its job, and rejects a changed one", async () => {
    const { submit } = budgeted({ "*": JOB_USD });
    const key = { "Idempotency-Key": "k" };
    await submit(REQUEST, key);
    const again = await submit(REQUEST, key);
    expect([again.statusCode, again.headers?.["idempotency-replayed"]]).toEqual([200, "true"]);
    const other = await submit({ input: { ...REQUEST.input, prompt: "another" } }, key);
    expect([other.statusCode, JSON.parse(other.body).code]).toEqual([422, "idempotency_key_reused"]);
  });

  it("a daily budget is not reduced by a repeat or by a reused key", async () => {
    const { submit, codes } = budgeted({ "*": 3 * JOB_USD });
    const key = { "Idempotency-Key": "k" };
    for (let repeats = 0; repeats < 5; repeats++) await submit(REQUEST, key);
    await submit({ input: { ...REQUEST.input, prompt: "another" } }, key);
    expect(await codes(3)).toEqual([202, 202, 429]);
  });

  it("a daily budget counts retries", async () => {
    const { submit, retry, deliver, codes } = budgeted({ "*": 2 * JOB_USD });
    await submit();
    await deliver("ERROR", { detail: "no" });
    expect((await retry()).statusCode).toBe(202);
    expect(await codes(1)).toEqual([429]);
  });

  it("a daily budget counts each entry of a batch, and rejects those that do not fit", async () => {
    const { service } = budgeted({ "*": 3 * JOB_USD });
    const body = JSON.stringify({ jobs: Array(5).fill(REQUEST) });
    const answer = await service.batch(gatewayEvent({ resource: "/jobs/batch", body }));
    const statuses: number[] = JSON.parse(answer.body).results.map(({ status }: { status: number }) => status);
    expect(statuses.sort()).toEqual([202, 202, 202, 429, 429]);
  });

  it("a daily budget is unaffected by validation only, and not refunded for a canceled job", async () => {
    const { submit, cancel, fal, codes } = budgeted({ "*": JOB_USD });
    expect((await submit(REQUEST, {}, { query: { validate_only: "1" } })).statusCode).toBe(200);
    await submit();
    finish(fal, CANCELLED);
    await cancel();
    expect(await codes(1)).toEqual([429]);
  });

  it("a daily budget that cannot be read is our own error: a 503, and nothing is sent", async () => {
    const { submit, service, fal } = budgeted({ "*": 100 });
    service.state.tableIsDown = true;
    const { statusCode, body } = await submit();
    expect([statusCode, JSON.parse(body).code, fal.posts.length]).toEqual([503, "table_unavailable", 0]);
  });

  describe("P29: with pictures", () => {
    const image_url = dataUriOf("image/png");
    const inline = { input: { ...REQUEST.input, image_url } };

    it("P29: a budget is reserved before a file moves: nothing is read or handed over for an owner without budget", async () => {
      const scene = budgeted({ "*": 0 });
      const upload = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
      scene.service.media.state.isDown = true;
      const uploaded = { input: { ...REQUEST.input, image_url: upload.image_url } };
      const batch = JSON.stringify({ jobs: [inline, uploaded] });
      const { body } = await scene.service.batch(gatewayEvent({ resource: "/jobs/batch", body: batch }));
      const codes = JSON.parse(body).results.map(({ problem }: { problem?: { code: string } }) => problem?.code);
      expect(codes).toEqual(["budget_exceeded", "budget_exceeded"]);
      expect((await scene.submit(inline)).statusCode).toBe(429);
      expect((await scene.submit(uploaded)).statusCode).toBe(429);
      expect(scene.fal.handedOver).toEqual([]);
    });

    it("P29: a budget is given back when fal's storage does not accept the picture, or the upload is no picture", async () => {
      const scene = budgeted({ "*": JOB_USD });
      scene.fal.storageIsDown = true;
      expect((await scene.submit(inline)).statusCode).toBe(503);
      const upload = JSON.parse((await scene.upload({ content_type: "image/png", size: 12 })).body);
      scene.put(upload.image_url, Buffer.from("no picture"));
      const uploaded = { input: { ...REQUEST.input, image_url: upload.image_url } };
      expect((await scene.submit(uploaded)).statusCode).toBe(422);
      scene.fal.storageIsDown = false;
      expect((await scene.submit(inline)).statusCode).toBe(202);
      expect((await scene.submit(inline)).statusCode).toBe(429);
      expect(scene.fal.handedOver).toHaveLength(1);
    });

    it("P29: a budget is not taken by a repeat, which hands nothing over again", async () => {
      const scene = budgeted({ "*": 2 * JOB_USD });
      const key = { "Idempotency-Key": "k" };
      for (let repeats = 0; repeats < 3; repeats++) await scene.submit(inline, key);
      expect((await scene.submit(inline)).statusCode).toBe(202);
      expect(scene.fal.handedOver).toHaveLength(2);
    });
  });
});
