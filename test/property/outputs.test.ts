import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isOpen } from "../../lambdas/job/job.ts";
import { signed } from "../simulation/fal.ts";
import { gatewayEvent } from "../support/events.ts";
import { minuteMs } from "../support/one-job.ts";
import { type ProxyScene, proxyScene } from "../unit/proxy/proxy-scene.ts";
import { cases } from "./replay.ts";
import { anyJson } from "./requests.ts";
import { faultsOf } from "./storable.ts";

const name = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("__proto__", "constructor", "toJSON", "", "url", "video", "seed", "\ud800", "detail", "error_type"),
);

/** JSON text: an object with these fields and any others. */
function withOthers(own: string) {
  return fc.array(fc.tuple(name, anyJson), { maxLength: 4 }).map((others) => {
    const fields = others.map(([key, json]) => `${JSON.stringify(key)}:${json}`);
    return `{${[...fields, own].join(",")}}`;
  });
}

/** A model's possible success: an available video and any other output. */
const output = withOthers('"url":"https://v3.fal.media/files/b/x.mp4"').chain((video) =>
  withOthers(`"video":${video}`),
);

const complaint = withOthers('"msg":"no"').chain((item) =>
  fc.tuple(fc.constant(item), anyJson).map(([text, ctx]) => `${text.slice(0, -1)},"ctx":${ctx}}`),
);

/** A model's possible failure. */
const failure = fc.oneof(
  fc.array(complaint, { maxLength: 3 }).chain((items) => withOthers(`"detail":[${items.join(",")}]`)),
  anyJson.chain((detail) => withOthers(`"detail":${detail}`)),
  anyJson.chain((type) => withOthers(`"error_type":${type}`)),
  anyJson,
);

/** fal delivers this text as the payload of a job's request. */
async function deliver({ service, fal }: ProxyScene, status: "OK" | "ERROR", payload: string) {
  const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(fal.posts[0] ?? "") ?? [];
  const error = status === "OK" ? null : '"Invalid status code: 422"';
  const body = `{"error":${error},"payload":${payload},"request_id":"req-1","status":"${status}"}`;
  const headers = signed(Buffer.from(body), "req-1", service.state.nowMs);
  return service.webhook({ ...gatewayEvent({ pathParameters: { id, token }, headers }), body });
}

/** A job at fal. */
async function submitted() {
  const scene = proxyScene();
  await scene.send();
  return scene;
}

/** The job settled, its row can be stored, and its result can be returned. */
async function expectTold(scene: ProxyScene, isSuccess: boolean) {
  expect(isOpen(scene.row())).toBe(false);
  expect(await faultsOf(scene.row())).toEqual([]);
  const { status, body } = await scene.result();
  expect(status === 200).toBe(isSuccess);
  expect(isSuccess ? body.video : body.detail).toBeDefined();
  expect(Buffer.byteLength(JSON.stringify(scene.row()))).toBeLessThan(ROW_MAX_BYTES);
}

const ROW_MAX_BYTES = 20_000;

describe("P4: whatever a model returns", () => {
  it("P4: whatever a model returns for a success by webhook, the job settles with its video", () =>
    fc.assert(
      fc.asyncProperty(output, async (payload) => {
        const scene = await submitted();
        expect((await deliver(scene, "OK", payload)).statusCode).toBe(200);
        await expectTold(scene, true);
      }),
      cases(300),
    ));

  it("P4: whatever a model returns for a success that the sweep fetches, the job settles with its video", () =>
    fc.assert(
      fc.asyncProperty(output, async (body) => {
        const scene = await submitted();
        Object.assign(scene.fal, {
          status: { kind: "answered", status: 200, headers: {}, body: '{"status":"COMPLETED"}' },
          result: { kind: "answered", status: 200, headers: {}, body },
        });
        await scene.sweepAfter(minuteMs);
        await expectTold(scene, true);
      }),
      cases(150),
    ));

  it("P4: whatever a model returns for a failure by webhook, the job fails with the reason, or the result is fetched", () =>
    fc.assert(
      fc.asyncProperty(failure, async (payload) => {
        const scene = await submitted();
        expect((await deliver(scene, "ERROR", payload)).statusCode).toBe(200);
        if (isOpen(scene.row())) expect(scene.row().due_at).toBe(scene.service.state.nowMs);
        else await expectTold(scene, false);
        expect(await faultsOf(scene.row())).toEqual([]);
      }),
      cases(300),
    ));

  it("P4: whatever a model returns for a failure that the sweep fetches, the job fails or is checked again", () =>
    fc.assert(
      fc.asyncProperty(failure, fc.constantFrom(400, 404, 422, 499, 500, 504), async (body, status) => {
        const scene = await submitted();
        Object.assign(scene.fal, {
          status: { kind: "answered", status: 200, headers: {}, body: '{"status":"COMPLETED"}' },
          result: { kind: "answered", status, headers: { "x-fal-request-id": "req-1" }, body },
        });
        await scene.sweepAfter(minuteMs);
        if (isOpen(scene.row())) expect(scene.row().due_at).toBeGreaterThan(scene.service.state.nowMs);
        else await expectTold(scene, false);
        expect(await faultsOf(scene.row())).toEqual([]);
      }),
      cases(200),
    ));

  it("P4: whatever a model returns for its status, the caller gets a valid status", () =>
    fc.assert(
      fc.asyncProperty(withOthers('"queue_position":1'), async (body) => {
        const scene = await submitted();
        Object.assign(scene.fal, { status: { kind: "answered", status: 202, headers: {}, body } });
        const told = await scene.status(1);
        expect(told.status).toBe(202);
        expect(["IN_QUEUE", "IN_PROGRESS"]).toContain(told.body.status);
        expect(told.body.request_id).toBe(scene.row().id);
      }),
      cases(150),
    ));
});

it("other output above 4 KB stays with fal", async () => {
  const scene = await submitted();
  const video = '{"url":"https://v3.fal.media/files/b/x.mp4","content_type":"video/mp4"}';
  await deliver(scene, "OK", `{"video":${video},"note":"${"x".repeat(5000)}","seed":7}`);
  expect(scene.row().result).toEqual({ video: JSON.parse(video) });
});
