import { expect, it } from "vitest";
import { signed } from "../../simulation/fal.ts";
import { gatewayEvent } from "../../support/events.ts";
import { collectLogs } from "../../support/logs.ts";
import { busy, minuteMs, oneJob, VIDEO } from "../../support/one-job.ts";

type Headers = Record<string, string | string[]>;

const BODY = Buffer.from(JSON.stringify({ request_id: "req-1", status: "OK", payload: { video: VIDEO }, error: null }));

/** A job at fal, and a webhook for it with these headers. */
async function submitted() {
  const scene = oneJob();
  await scene.submit();
  const [, id = "", token = ""] = /\/fal\/([^/]+)\/([^/]+)$/.exec(scene.fal.posts[0] ?? "") ?? [];
  const deliver = async (headers: Headers) => {
    const event = gatewayEvent({ pathParameters: { id, token }, headers });
    return (await scene.service.webhook({ ...event, body: BODY.toString() })).statusCode;
  };
  return { ...scene, deliver, headersOf: (requestId: string) => signed(BODY, requestId, scene.service.state.nowMs) };
}

it("a settlement by webhook is attributed to the webhook, in the row and in its timeline", async () => {
  const scene = await submitted();
  expect(await scene.deliver(scene.headersOf("req-1"))).toBe(200);
  expect(scene.row()).toMatchObject({ status: "succeeded", settled_by: "webhook" });
  expect(scene.row().timeline.at(-1)).toMatchObject({ event: "succeeded", by: "webhook" });
});

it("a webhook that was signed for another request than its body names is rejected", async () => {
  const scene = await submitted();
  const before = scene.row();
  expect(await scene.deliver(scene.headersOf("req-2"))).toBe(401);
  expect(scene.row()).toEqual(before);
});

it.each(["x-fal-webhook-request-id", "x-fal-webhook-user-id", "x-fal-webhook-timestamp", "x-fal-webhook-signature"])(
  "a webhook with two headers %s is rejected, even if the first alone would be valid",
  async (name) => {
    const scene = await submitted();
    const before = scene.row();
    const headers = scene.headersOf("req-1");
    expect(await scene.deliver({ ...headers, [name]: [headers[name] ?? "", "another"] })).toBe(401);
    expect(scene.row()).toEqual(before);
    expect(await scene.deliver(headers)).toBe(200);
  },
);

it("P15: a webhook with the job's token for another request, after a second POST, changes nothing and is reported", async () => {
  const { metrics } = collectLogs();
  const scene = oneJob();
  scene.fal.submission = busy;
  await scene.submit();
  scene.fal.submission = { outcome: "accepted", requestId: "req-2" };
  await scene.sweepFor(2 * minuteMs);
  const before = scene.row();
  expect(before).toMatchObject({ status: "queued", request_id: "req-2", attempt: { number: 2 } });
  expect((await scene.deliver("OK", { video: VIDEO }, "req-1")).statusCode).toBe(404);
  expect(scene.row()).toEqual(before);
  expect(metrics).toContain("DoubleRender");
});
