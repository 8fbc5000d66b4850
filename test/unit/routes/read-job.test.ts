import { describe, expect, it } from "vitest";
import type { Policy } from "../../../lambdas/job/event.ts";
import { gatewayEvent } from "../../support/events.ts";
import { answered, oneJob, VIDEO } from "../../support/one-job.ts";

type Scene = ReturnType<typeof oneJob>;
const secondMs = 1000;

/** A job that was just submitted, and its reader. */
async function submitted(policy: Partial<Policy> = {}) {
  const scene = oneJob(policy);
  await scene.submit();
  const { id } = scene.row();
  const get = (headers: Record<string, string> = {}, query: Record<string, string> = {}) =>
    scene.service.get(gatewayEvent({ method: "GET", pathParameters: { id }, headers, query }));
  return { ...scene, get };
}

/** Runs something once during a wait, this many milliseconds from now. */
function happenAfter({ service }: Scene, ms: number, happen: () => Promise<unknown>) {
  const at = service.state.nowMs + ms;
  service.state.duringPause = async () => {
    if (service.state.nowMs < at) return;
    service.state.duringPause = async () => undefined;
    await happen();
  };
}

describe("waiting with Prefer: wait=n", () => {
  it("waiting with Prefer: wait=n answers within half a second of settling, with the settled job (acceptance 4)", async () => {
    const scene = await submitted();
    const { state } = scene.service;
    const begun = state.nowMs;
    happenAfter(scene, 3 * secondMs, () => scene.deliver("OK", { video: VIDEO }));
    const { statusCode, headers, body } = await scene.get({ Prefer: "wait=20" });
    expect(state.nowMs - begun).toBeLessThanOrEqual(3.5 * secondMs);
    expect([statusCode, JSON.parse(body).status]).toEqual([200, "succeeded"]);
    expect(headers).toMatchObject({ etag: `"${scene.row().version}"`, "preference-applied": "wait=20" });
    expect(headers).not.toHaveProperty("retry-after");
  });

  it.each([
    ["wait=5", 5, "wait=5"],
    ["wait=0", 0, "wait=0"],
    ["wait=25", 25, "wait=25"],
    ["wait=3600", 25, "wait=25"],
  ])("%s of an open job answers after %i s at the latest, and reports the wait", async (prefer, seconds, applied) => {
    const scene = await submitted();
    const begun = scene.service.state.nowMs;
    const { statusCode, headers, body } = await scene.get({ Prefer: prefer });
    const waitedMs = scene.service.state.nowMs - begun;
    expect(waitedMs).toBeLessThanOrEqual(seconds * secondMs);
    expect(waitedMs).toBeGreaterThan((seconds - 1) * secondMs);
    expect([statusCode, JSON.parse(body).status]).toEqual([200, "queued"]);
    expect(headers).toMatchObject({ "preference-applied": applied, "retry-after": "2" });
  });

  it("A5: waiting with Prefer: wait=n ends with the invocation's budget, however slow the table is", async () => {
    const scene = await submitted();
    const { state } = scene.service;
    const begun = state.nowMs;
    state.duringPause = async () => {
      state.nowMs += 4 * secondMs;
    };
    expect((await scene.get({ Prefer: "wait=25" })).statusCode).toBe(200);
    expect(state.nowMs - begun).toBeLessThan(31 * secondMs);
  });

  it("waiting with Prefer: wait=n of a settled job answers immediately", async () => {
    const scene = await submitted();
    await scene.deliver("OK", { video: VIDEO });
    const begun = scene.service.state.nowMs;
    await scene.get({ Prefer: "wait=25" });
    expect(scene.service.state.nowMs).toBe(begun);
  });

  it("waiting with Prefer: wait=n answers with the new version's ETag when the job changed, and 304 when it did not", async () => {
    const scene = await submitted();
    const tag = `"${scene.row().version}"`;
    expect((await scene.get({ Prefer: "wait=2", "If-None-Match": tag })).statusCode).toBe(304);
    happenAfter(scene, secondMs, () => scene.deliver("OK", { video: VIDEO }));
    const { statusCode, headers } = await scene.get({ Prefer: "wait=2", "If-None-Match": tag });
    expect([statusCode, headers?.etag === tag]).toEqual([200, false]);
  });

  it("waiting with Prefer: wait=n is a 404 when the job is deleted meanwhile", async () => {
    const scene = await submitted();
    happenAfter(scene, secondMs, async () => {
      await scene.deliver("OK", { video: VIDEO });
      await scene.remove();
    });
    expect((await scene.get({ Prefer: "wait=5" })).statusCode).toBe(404);
  });

  it("waiting with Prefer: wait=n of another owner's job is a 404 immediately", async () => {
    const scene = await submitted();
    const begun = scene.service.state.nowMs;
    const event = gatewayEvent({
      method: "GET",
      pathParameters: { id: scene.row().id },
      headers: { Prefer: "wait=5" },
    });
    event.requestContext.identity.apiKeyId = "key-id-2";
    expect((await scene.service.get(event)).statusCode).toBe(404);
    expect(scene.service.state.nowMs).toBe(begun);
  });

  it("waiting with Prefer: wait=n returns the job as last read, or a 503, when the table fails meanwhile", async () => {
    const scene = await submitted();
    happenAfter(scene, secondMs, async () => Object.assign(scene.service.state, { tableIsDown: true }));
    expect([200, 503]).toContain((await scene.get({ Prefer: "wait=5" })).statusCode);
  });
});

describe("an open job's Retry-After", () => {
  it("an open job's Retry-After is the typical duration of such jobs, less the time that has passed", async () => {
    const scene = await submitted({ archivesVideos: false });
    scene.service.state.nowMs += 40 * secondMs;
    await scene.deliver("OK", { video: VIDEO });
    await scene.tell();
    scene.service.state.nowMs += 60 * secondMs;
    await scene.submit();
    const next = [...scene.service.rows().keys()].find((id) => id !== scene.row().id) ?? "";
    scene.service.state.nowMs += 10 * secondMs;
    const { headers } = await scene.service.get(
      gatewayEvent({ method: "GET", pathParameters: { id: next }, headers: {} }),
    );
    expect(headers).toMatchObject({ "retry-after": "30" });
  });

  it("an open job's Retry-After is two seconds while nothing is known", async () => {
    expect((await (await submitted()).get()).headers).toMatchObject({ "retry-after": "2" });
  });
});

describe("GET /jobs/{id}?logs=1", () => {
  const LINES = [{ message: "step 1", timestamp: "2026-11-22T12:00:00Z", level: "INFO", source: "run" }];

  it("GET /jobs/{id}?logs=1 adds fal's live position and logs, each line reduced to message and time", async () => {
    const scene = await submitted();
    scene.fal.status = answered(202, { status: "IN_QUEUE", queue_position: 3, logs: LINES });
    const [line] = LINES;
    expect(JSON.parse((await scene.get({}, { logs: "1" })).body)).toMatchObject({
      status: "queued",
      queue_position: 3,
      logs: [{ message: line?.message, timestamp: line?.timestamp }],
    });
  });

  it.each<[string, (scene: Awaited<ReturnType<typeof submitted>>) => void]>([
    ["fal is down", ({ fal }) => Object.assign(fal, { status: answered(503) })],
    ["fal does not answer", ({ fal }) => Object.assign(fal, { status: { kind: "unanswered", reason: "ECONNRESET" } })],
    [
      "fal's answer is invalid",
      ({ fal }) => Object.assign(fal, { status: answered(200, { queue_position: "3", logs: 5 }) }),
    ],
    ["the key is missing", ({ service }) => Object.assign(service.state, { falKey: undefined })],
  ])("GET /jobs/{id}?logs=1 answers without live data while %s", async (_, happen) => {
    const scene = await submitted();
    happen(scene);
    const { statusCode, body } = await scene.get({}, { logs: "1" });
    expect(statusCode).toBe(200);
    expect(JSON.parse(body)).not.toHaveProperty("logs");
    expect(JSON.parse(body)).not.toHaveProperty("queue_position");
  });

  it("GET /jobs/{id}?logs=1 shows the latest hundred lines, each cut to a maximum length", async () => {
    const scene = await submitted();
    const logs = Array.from({ length: 300 }, (_, line) => ({ message: `${line} ${"x".repeat(5000)}` }));
    scene.fal.status = answered(202, { status: "IN_PROGRESS", logs });
    const { logs: told } = JSON.parse((await scene.get({}, { logs: "1" })).body);
    expect([told.length, told[0].message.slice(0, 4), told[0].message.length]).toEqual([100, "200 ", 1000]);
  });

  it("GET /jobs/{id}?logs=1 asks fal only with the switch, and only for an accepted job", async () => {
    const scene = await submitted();
    const prepared = scene.service.state.prepared;
    await scene.get({}, { logs: "0" });
    expect(scene.service.state.prepared).toBe(prepared);
    const unsent = oneJob();
    unsent.service.state.falKey = undefined;
    await unsent.submit();
    const before = unsent.service.state.prepared;
    const event = gatewayEvent({
      method: "GET",
      pathParameters: { id: unsent.row().id },
      headers: {},
      query: { logs: "1" },
    });
    expect((await unsent.service.get(event)).statusCode).toBe(200);
    expect(unsent.service.state.prepared).toBe(before);
  });

  it("GET /jobs/{id}?logs=1 is never a 304, because fal's data changes without a new version", async () => {
    const scene = await submitted();
    const headers = { "If-None-Match": `"${scene.row().version}"` };
    expect([(await scene.get(headers)).statusCode, (await scene.get(headers, { logs: "1" })).statusCode]).toEqual([
      304, 200,
    ]);
  });

  it.each<Record<string, string>>([{ logs: "yes" }, { logs: "" }, { log: "1" }, { logs: "1", x: "1" }])(
    "GET /jobs/{id}?logs=1 rejects the query %j",
    async (query) => {
      expect((await (await submitted()).get({}, query)).statusCode).toBe(400);
    },
  );
});
