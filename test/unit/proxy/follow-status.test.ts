import { createFalClient } from "@fal-ai/client";
import { createParser } from "eventsource-parser";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../lambdas/job/job.ts";
import { followStatus } from "../../../lambdas/proxy/follow-status.ts";
import type { JobTable } from "../../../lambdas/table/job-table.ts";
import { openJobs } from "../../../lambdas/table/jobs.ts";
import { policy } from "../../support/jobs.ts";
import { unusedTable } from "../../support/unused-table.ts";
import { invokeStream } from "../http/invoke-stream.ts";
import { states, streamingWorld } from "../routes/events/world.ts";
import { ENDPOINT, proxyEvent, proxyScene } from "./proxy-scene.ts";

const { submitting, queued, running, succeeded } = states;
const minuteMs = 60_000;
const line = (message: string) => ({ message, timestamp: "2026-11-22T12:00:00.000Z", level: "INFO" });

type World = ReturnType<typeof streamingWorld>;
type Told = Readonly<Record<string, unknown>>;

function serviceOf({ state, service }: World, table: Partial<JobTable> = {}) {
  const rows = { ...unusedTable(), read: async () => state.row, ...table };
  const jobs = openJobs({ table: rows, policy, now: service.now, newWriteId: () => "write" });
  return { ...service, table: rows, jobs };
}

/** Everything that is streamed about a job, heartbeats as ":". */
async function follow(world: World, wantsLogs = false, signal = new AbortController().signal) {
  if (world.state.row === undefined) throw new Error("there is no row to begin with");
  const told: (Told | ":")[] = [];
  const parser = createParser({
    onEvent: ({ event, data }) => {
      expect(event).toBeUndefined();
      told.push(JSON.parse(data));
    },
    onComment: () => told.push(":"),
  });
  for await (const chunk of followStatus(serviceOf(world), world.state.row, wantsLogs, signal)) parser.feed(chunk);
  return told;
}

/** The name and queue position of each status. */
function summed(told: readonly (Told | ":")[]) {
  return told.map((each) => (each === ":" ? each : [each.status, each.queue_position]));
}

/** Events at the given times, in milliseconds from the start. */
function script(world: World, steps: Record<number, object>) {
  world.state.passing = async (elapsedMs) => {
    for (const [atMs, step] of Object.entries(steps)) if (Number(atMs) === elapsedMs) Object.assign(world.state, step);
  };
}

describe("a request's status stream", () => {
  it("a request's status stream reports every change, to the end", async () => {
    const world = streamingWorld(submitting);
    world.state.said = { status: "IN_QUEUE", queue_position: 2 };
    script(world, {
      1000: { row: queued },
      4000: { said: { status: "IN_QUEUE", queue_position: 1 } },
      7000: { said: { status: "IN_PROGRESS" } },
      10000: { row: running },
      90000: { row: succeeded, said: { status: "COMPLETED", metrics: { inference_time: 3 } } },
    });
    const told = (await follow(world)).filter((each) => each !== ":");
    expect(summed(told)).toEqual([
      ["IN_QUEUE", 0],
      ["IN_QUEUE", 2],
      ["IN_QUEUE", 1],
      ["IN_PROGRESS", undefined],
      ["COMPLETED", undefined],
    ]);
    const response_url = `https://queue.fal.run/decart/lucy-14b/requests/${queued.id}`;
    expect(told.at(-1)).toEqual({
      status: "COMPLETED",
      request_id: queued.id,
      response_url,
      status_url: `${response_url}/status`,
      cancel_url: `${response_url}/cancel`,
      logs: null,
      metrics: { inference_time: 3 },
    });
  });

  it("a request's status stream is one event for a job that has settled", async () => {
    expect(summed(await follow(streamingWorld(succeeded)))).toEqual([["COMPLETED", undefined]]);
  });

  it("a request's status stream reports COMPLETED only once the row has settled", async () => {
    const world = streamingWorld(queued);
    world.state.said = { status: "COMPLETED" };
    script(world, { 5000: { row: succeeded } });
    expect(summed(await follow(world))).toEqual([
      ["IN_PROGRESS", undefined],
      ["COMPLETED", undefined],
    ]);
    expect(world.state.nowMs - Date.parse(queued.created_at)).toBe(5000);
  });

  it("a request's status stream contains each log line once, if logs are requested", async () => {
    const world = streamingWorld(running);
    world.state.said = { logs: [line("a")] };
    script(world, {
      2000: { said: { logs: [line("a"), line("b"), line("c")] } },
      4000: { said: { logs: null } },
      6000: { row: succeeded, said: { logs: [line("a"), line("b"), line("c"), line("d")] } },
    });
    const told = (await follow(world, true)) as readonly Told[];
    expect(told.flatMap(({ logs }) => logs)).toEqual([line("a"), line("b"), line("c"), line("d")]);
  });

  it("a request's status stream continues while fal is unavailable", async () => {
    const world = streamingWorld(queued);
    const deaf = { ...world, service: { ...world.service, askForCaller: async () => undefined } };
    script(world, { 1000: { row: running }, 2000: { row: succeeded } });
    expect(summed(await follow(deaf))).toEqual([
      ["IN_QUEUE", 0],
      ["IN_PROGRESS", undefined],
      ["COMPLETED", undefined],
    ]);
  });

  it("a request's status stream sends a heartbeat after 15 seconds of silence, and ends after 14 minutes, the longest that a function may run", async () => {
    const world = streamingWorld(running);
    const told = await follow(world);
    expect(told.filter((each) => each !== ":")).toHaveLength(1);
    expect(told.length - 1).toBe((14 * minuteMs) / 15_000);
    expect(world.state.nowMs - Date.parse(running.created_at)).toBe(14 * minuteMs);
  });

  it("a request's status stream ends when the job is deleted, and when the client has gone", async () => {
    const deleted = streamingWorld(running);
    script(deleted, { 1000: { row: undefined } });
    expect(await follow(deleted)).toHaveLength(1);
    const left = streamingWorld(running);
    const gone = new AbortController();
    left.state.passing = async () => gone.abort();
    expect(await follow(left, false, gone.signal)).toHaveLength(1);
    expect(left.state.nowMs - Date.parse(running.created_at)).toBe(500);
  });

  it("a request's status stream throws when the row cannot be read, which ends the stream", async () => {
    const world = streamingWorld(running);
    const service = serviceOf(world, { read: () => Promise.reject(new Error("down")) });
    const read = async () => {
      for await (const _ of followStatus(service, running, false, new AbortController().signal));
    };
    await expect(read()).rejects.toThrow("down");
  });

  it("a request's status stream makes the next sweep check the job when fal is ahead of the row", async () => {
    const far = { ...running, check_due: Date.parse(running.created_at) + 10 * minuteMs };
    const world = streamingWorld(far);
    world.state.said = { status: "COMPLETED" };
    const written: Job[] = [];
    const service = serviceOf(world, {
      async replace(job) {
        written.push(job);
        world.state.row = job;
        return { outcome: "written" };
      },
    });
    script(world, { 3000: { row: succeeded } });
    for await (const _ of followStatus(service, far, false, new AbortController().signal));
    expect(written.map(({ check_due }) => check_due)).toEqual([Date.parse(running.created_at)]);
  });
});

describe("GET /fal/proxy of a stream", () => {
  it("GET /fal/proxy of a stream is an event stream about the request, for pages of any origin, which fal's client reads", async () => {
    const scene = proxyScene();
    await scene.send();
    await scene.deliver("ERROR", { detail: "no" });
    const target = `${scene.requestUrl()}/status/stream?logs=1`;
    const { head, body } = await invokeStream(scene.service.proxyStream, proxyEvent("GET", target));
    expect(head).toMatchObject({
      statusCode: 200,
      headers: {
        "content-type": "text/event-stream",
        "cache-control": "no-cache, no-transform",
        "x-accel-buffering": "no",
        "x-fal-request-id": scene.row().id,
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "*",
      },
    });
    const client = createFalClient({ fetch: async () => new Response(body, { headers: head.headers }) });
    const stream = await client.queue.streamStatus(ENDPOINT, { requestId: scene.row().id });
    expect(await stream.done()).toMatchObject({ status: "COMPLETED", request_id: scene.row().id });
    expect(stream.requestId).toBe(scene.row().id);
  });

  it("GET /fal/proxy of a stream is fal's 404 for another owner", async () => {
    const scene = proxyScene();
    await scene.send();
    const event = proxyEvent("GET", `${scene.requestUrl()}/status/stream`, { apiKeyId: "key-id-2" });
    const { head, body } = await invokeStream(scene.service.proxyStream, event);
    expect([head.statusCode, JSON.parse(body)]).toEqual([404, { status: "NOT_FOUND" }]);
  });
});
