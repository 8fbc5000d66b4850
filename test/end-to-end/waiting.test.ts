import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, addFaults, call, hostedImage, submit, waitUntilSettled } from "./caller.ts";
import { type EmulatorStack, startWithEmulator } from "./emulator-stack.ts";
import { parseEvents, type StreamedEvent, watchJob } from "./event-stream.ts";

const run = promisify(execFile);
const renderSeconds = 3;
/**
 * The longest time between settling and the answer to a waiting caller, much shorter than the wait. `test/unit/routes`
 * tests the exact timing.
 */
const answerMaxMs = 8_000;
const dayMs = 86_400_000;
const lines = Array.from({ length: 10 }, (_, index) => `frame ${3 * (index + 1)}/30`);
let stack: EmulatorStack;
let firstRetryAfter: string | null;

beforeAll(async () => {
  stack = await startWithEmulator({
    RENDER_SECONDS: String(renderSeconds),
    FIRST_CHECK_SECONDS: "1",
    API_KEYS: "local-key,other-key",
  });
  await addFaults(
    stack.falUrl,
    { prompt: "short", queue_ms: 0, times: "all" },
    { prompt: "long", queue_ms: dayMs, times: "all" },
    // The webhook comes so late that a reader that polls every half second sees each state.
    { prompt: "told", queue_ms: 6_000, webhook: { delay_ms: 1_500 }, times: "all" },
  );
  const { headers, body } = await order("short");
  firstRetryAfter = headers.get("retry-after");
  await waitUntilSettled(stack.url, body.id);
});

afterAll(() => stack?.close());

describe("Prefer: wait", () => {
  it("Prefer: wait on POST returns the settled job as soon as it settles", async () => {
    expectSettledNow(await order("short", { prefer: "wait=20" }));
  });

  it("Prefer: wait on GET returns the settled job as soon as it settles", async () => {
    const { body } = await order("short");
    expectSettledNow(await call(stack.url, `/jobs/${body.id}`, { headers: { prefer: "wait=20" } }));
  });

  it("Prefer: wait returns the open job when the time is up", async () => {
    const posted = await timed(() => order("long", { prefer: "wait=1" }));
    const path = `/jobs/${posted.body.id}`;
    const read = await timed(() => call(stack.url, path, { headers: { prefer: "respond-async, wait=1" } }));
    expect([posted.status, read.status]).toEqual([202, 200]);
    for (const { body, headers, tookMs } of [posted, read]) {
      expect(body.status).toBe("queued");
      expect(headers.get("preference-applied")).toBe("wait=1");
      expect(headers.get("retry-after")).toMatch(/^\d+$/);
      expect(tookMs).toBeLessThan(answerMaxMs);
    }
  });

  it("Prefer: wait is capped, and does not delay the answer for a settled job", async () => {
    const { body } = await order("short", { prefer: "wait=20" });
    const read = await timed(() => call(stack.url, `/jobs/${body.id}`, { headers: { prefer: "wait=100" } }));
    expect(read.headers.get("preference-applied")).toBe("wait=25");
    expect(read.tookMs).toBeLessThan(answerMaxMs);
  });
});

describe("the event stream", () => {
  it("the event stream sends every state, queue position and log line once, and closes", async () => {
    const { body } = await order("told");
    const { status, events, isClosed } = await watchJob(stack.url, body.id);
    expect([status, isClosed]).toEqual([200, true]);
    const { timeline, ...settled } = await waitUntilSettled(stack.url, body.id);
    const states = timeline.map(({ event }) => event).filter((event) => /^(queued|running|succeeded)$/.test(event));
    expect([...new Set(told(events, "job", "status"))]).toEqual(states);
    expect(states[0]).toBe("queued");
    expect(events.at(-1)).toMatchObject({ event: "job", data: { id: settled.id, status: "succeeded" } });
    const places = told(events, "queue", "queue_position").map(Number);
    expect(places.length).toBeGreaterThan(0);
    expect(places).toEqual(places.toSorted((a, b) => b - a));
    expect(told(events, "log", "message")).toEqual(lines);
  });

  it("the event stream resumes where a client left off, and returns 204 to a client that has everything", async () => {
    const { body } = await order("told");
    const first = await watchJob(stack.url, body.id, undefined, ({ event }) => event === "log");
    const second = await watchJob(stack.url, body.id, first.events.at(-1)?.id);
    expect([first.isClosed, second.isClosed]).toEqual([false, true]);
    expect(told([...first.events, ...second.events], "log", "message")).toEqual(lines);
    expect(told(second.events, "job", "status")).not.toContain("queued");
    expect(second.events.at(-1)?.data.status).toBe("succeeded");
    // The settled job changes once or twice more, when its video is archived and its event delivered.
    let place = second.events.at(-1)?.id;
    const comeBack = async () => {
      const { status, events } = await watchJob(stack.url, body.id, place);
      place = events.at(-1)?.id ?? place;
      return status;
    };
    const headers = { "x-api-key": "local-key" };
    const askInQuery = (id: string) =>
      fetch(`${stack.url}/jobs/${body.id}/events?lastEventId=${encodeURIComponent(id)}`, { headers });
    const comeBackBothWays = async () => [await comeBack(), (await askInQuery(place ?? "")).status];
    await expect.poll(comeBackBothWays, { interval: 250 }).toEqual([204, 204]);
    const again = await askInQuery("1");
    expect(again.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(again.headers.get("x-accel-buffering")).toBe("no");
    expect(parseEvents(await again.text()).map(({ event }) => event)).toEqual(["job"]);
  });

  it("the event stream can be watched with curl", async () => {
    const { body } = await order("short");
    const { stdout } = await run("curl", ["-sN", "-H", "x-api-key: local-key", `${stack.url}/jobs/${body.id}/events`]);
    expect(parseEvents(stdout).at(-1)).toMatchObject({ event: "job", data: { status: "succeeded" } });
  });

  it("the event stream is not available to other owners", async () => {
    const { body } = await order("long");
    const headers = { "x-api-key": "other-key" };
    expect((await call(stack.url, `/jobs/${body.id}/events`, { headers })).status).toBe(404);
  });
});

describe("polling", () => {
  it("polling with ?logs=1 returns fal's current queue position and logs", async () => {
    const waiting = await order("long");
    expect((await call(stack.url, `/jobs/${waiting.body.id}?logs=1`)).body).toMatchObject({
      status: "queued",
      queue_position: expect.any(Number),
      logs: [],
    });
    const { body } = await order("short", { prefer: "wait=20" });
    const { logs } = (await call(stack.url, `/jobs/${body.id}?logs=1`)).body;
    expect(logs).toMatchObject(lines.map((message) => ({ message })));
  });

  it("polling is scheduled by Retry-After once the typical duration is known", async () => {
    expect(firstRetryAfter).toBe("2");
    // Each function instance caches what it has read for a minute.
    await stack.killAndRestart({});
    const { headers, body } = await order("long");
    const retryAfter = Number(headers.get("retry-after"));
    expect(retryAfter).toBeGreaterThanOrEqual(renderSeconds);
    expect(retryAfter).toBeLessThan(10 * renderSeconds);
    const read = await call(stack.url, `/jobs/${body.id}`);
    expect(Number(read.headers.get("retry-after"))).toBeLessThanOrEqual(retryAfter);
  });
});

function order(prompt: string, headers: Record<string, string> = {}): Promise<Answer> {
  return submit(stack.url, { prompt, image_url: hostedImage }, headers);
}

function expectSettledNow({ status, headers, body }: Answer): void {
  const lateMs = Date.now() - Date.parse(String(body.settled_at));
  expect([status, body.status, headers.get("preference-applied")]).toEqual([200, "succeeded", "wait=20"]);
  expect(lateMs).toBeLessThan(answerMaxMs);
}

async function timed(make: () => Promise<Answer>) {
  const begunAt = Date.now();
  return { ...(await make()), tookMs: Date.now() - begunAt };
}

/** One field of all events of a kind. */
function told(events: readonly StreamedEvent[], kind: string, field: string): unknown[] {
  return events.filter(({ event }) => event === kind).map(({ data }) => data[field]);
}
