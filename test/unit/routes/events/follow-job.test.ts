import { describe, expect, it } from "vitest";
import { publicJob } from "../../../../lambdas/contract/public-job.ts";
import type { Job } from "../../../../lambdas/job/job.ts";
import { followJob } from "../../../../lambdas/routes/events/follow-job.ts";
import { digestJob, readStreamPosition, type StreamPosition } from "../../../../lambdas/routes/events/last-event-id.ts";
import { PUBLIC_URL, readStream, states, streamingWorld } from "./world.ts";

const { submitting, queued, running, succeeded } = states;
const minuteMs = 60_000;
const retry = { event: "retry", data: 1_000 };
const asShown = (job: Job) => JSON.parse(JSON.stringify(publicJob(job, PUBLIC_URL)));
const idOf = (job: Job) => digestJob(publicJob(job, PUBLIC_URL));
const line = (message: string) => ({ message, timestamp: `2026-11-22T12:00:0${message.length}.000Z` });

function follow(
  { state, service }: ReturnType<typeof streamingWorld>,
  from: StreamPosition = {},
  signal = new AbortController().signal,
) {
  if (state.row === undefined) throw new Error("there is no row to begin with");
  return readStream(followJob(service, state.row, from, signal));
}

/** Events at the given times, in milliseconds from the start. */
function script(world: ReturnType<typeof streamingWorld>, steps: Record<number, () => void>) {
  world.state.passing = async (elapsedMs) => {
    for (const [atMs, step] of Object.entries(steps)) {
      if (Number(atMs) > elapsedMs) continue;
      delete steps[Number(atMs)];
      step();
    }
    // Lets pending calls to fal complete.
    await new Promise((resolve) => setImmediate(resolve));
  };
}

describe("a job's stream", () => {
  it("a job's stream sends every state under an id of its own, and ends with the settled job", async () => {
    const world = streamingWorld(submitting);
    const become = (row: Job) => () => Object.assign(world.state, { row });
    script(world, { 1000: become(queued), 3000: become(running), 50000: become(succeeded) });
    const jobs = (await follow(world)).filter(({ event }) => event === "job");
    expect(jobs).toEqual([
      { event: "job", id: idOf(submitting), data: asShown(submitting) },
      { event: "job", id: idOf(queued), data: asShown(queued) },
      { event: "job", id: idOf(running), data: asShown(running) },
      { event: "job", id: idOf(succeeded), data: asShown(succeeded) },
    ]);
    expect(world.state.nowMs - Date.parse(submitting.created_at)).toBe(50_000);
  });

  it("P19: a job's stream records that fal has started the job, and sends it within three seconds", async () => {
    const world = streamingWorld(queued);
    world.state.said = { status: "IN_QUEUE" };
    const startedMs = 10_000;
    let sawMs = 0;
    script(world, {
      [startedMs]: () => Object.assign(world.state, { said: { status: "IN_PROGRESS" } }),
      50000: () => Object.assign(world.state, { row: succeeded }),
    });
    const { passing } = world.state;
    world.state.passing = async (elapsedMs) => {
      await passing(elapsedMs);
      if (sawMs === 0 && world.state.row?.status === "running") sawMs = elapsedMs;
    };
    const jobs = (await follow(world)).filter(({ event }) => event === "job");
    expect(sawMs - startedMs).toBeLessThanOrEqual(3_000);
    expect(jobs.map(({ data }) => (data as Job).status)).toEqual(["queued", "running", "succeeded"]);
    const timelines = jobs.map(({ data }) => (data as Job).timeline.at(-1));
    expect(timelines[1]).toMatchObject({ event: "running", by: "read" });
  });

  it("a job's stream of a settled job is only that job, without asking fal", async () => {
    const world = streamingWorld(succeeded);
    expect(await follow(world)).toEqual([retry, { event: "job", id: idOf(succeeded), data: asShown(succeeded) }]);
    expect(world.state.asked).toBe(0);
  });

  it("a job's stream sends each change of queue position, and each new log line once", async () => {
    const world = streamingWorld(queued);
    const say = (said: object) => () => Object.assign(world.state, { said });
    say({ queue_position: 2, logs: null })();
    script(world, {
      3000: say({ queue_position: 1, logs: [line("a")] }),
      5000: say({ logs: [line("a"), line("bb"), line("ccc")] }),
      9000: () =>
        Object.assign(world.state, { row: succeeded, said: { logs: [line("bb"), line("ccc"), line("dddd")] } }),
    });
    const told = (await follow(world)).map(({ event, data }) => (event === "job" ? event : data));
    expect(told).toEqual([
      1_000,
      "job",
      { queue_position: 2 },
      { queue_position: 1 },
      line("a"),
      line("bb"),
      line("ccc"),
      line("dddd"),
      "job",
    ]);
  });

  it("a job's stream sends all lines when the last one sent is no longer among them", async () => {
    const world = streamingWorld(queued);
    world.state.said = { logs: [line("a")] };
    script(world, { 3000: () => Object.assign(world.state, { row: succeeded, said: { logs: [line("bb")] } }) });
    const told = await follow(world);
    expect(told.filter(({ event }) => event === "log").map(({ data }) => data)).toEqual([line("a"), line("bb")]);
  });

  it("a job's stream asks fal every two seconds, and not before there is a request", async () => {
    const world = streamingWorld(submitting);
    script(world, { 10000: () => Object.assign(world.state, { row: queued }) });
    await follow(world);
    expect(world.state.asked).toBe((minuteMs - 10_000) / 2_000 + 1);
  });

  it("a job's stream reads a row less often while its typical end is far, and still asks fal every two seconds", async () => {
    const world = streamingWorld(running);
    world.state.typicalSeconds = 50;
    script(world, { 50000: () => Object.assign(world.state, { row: succeeded }) });
    await follow(world);
    expect(world.state.nowMs - Date.parse(running.created_at)).toBeLessThan(50_200);
    expect(world.state.reads).toBeLessThan(250);
    expect(world.state.asked).toBeGreaterThanOrEqual(25);
  });

  it("a job's stream continues while fal does not answer", async () => {
    const world = streamingWorld(queued);
    const service = { ...world.service, connectFal: () => new Promise<never>(() => {}) };
    script(world, { 1000: () => Object.assign(world.state, { row: running }) });
    const told = await readStream(followJob(service, queued, {}, new AbortController().signal));
    expect(told.filter(({ event }) => event === "job").map(({ id }) => id)).toEqual([queued, running].map(idOf));
  });

  it("a job's stream continues to the end while fal is unavailable", async () => {
    const world = streamingWorld(queued);
    const service = { ...world.service, connectFal: () => Promise.reject(new Error("no client")) };
    script(world, { 1000: () => Object.assign(world.state, { row: succeeded }) });
    const told = await readStream(followJob(service, queued, {}, new AbortController().signal));
    expect(told.map(({ event }) => event)).toEqual(["retry", "job", "job"]);
  });

  it("a job's stream sends a heartbeat every 15 seconds of silence, and ends after a minute (A21)", async () => {
    const world = streamingWorld(running);
    script(world, { 20000: () => Object.assign(world.state, { row: { ...running, request_id: "req-2" } }) });
    const begunMs = world.state.nowMs;
    const heartbeats: number[] = [];
    for await (const chunk of followJob(world.service, running, {}, new AbortController().signal)) {
      if (chunk.startsWith(":")) heartbeats.push(world.state.nowMs - begunMs);
    }
    expect(heartbeats).toEqual([15_000, 35_000, 50_000]);
    expect(world.state.nowMs - begunMs).toBe(minuteMs);
  });

  it("a job's stream ends when the job is deleted", async () => {
    const world = streamingWorld(running);
    script(world, { 1000: () => Object.assign(world.state, { row: undefined }) });
    expect((await follow(world)).map(({ event }) => event)).toEqual(["retry", "job"]);
  });

  it("a job's stream ends when the client has gone", async () => {
    const world = streamingWorld(running);
    const gone = new AbortController();
    script(world, { 1000: () => gone.abort() });
    const begunMs = world.state.nowMs;
    await follow(world, {}, gone.signal);
    expect(world.state.nowMs - begunMs).toBe(1_000);
  });

  it("a job's stream throws when the row cannot be read", async () => {
    const world = streamingWorld(running);
    const service = { ...world.service, table: { read: () => Promise.reject(new Error("down")) } };
    await expect(readStream(followJob(service, running, {}, new AbortController().signal))).rejects.toThrow("down");
  });
});

describe("a resumed stream", () => {
  it("a resumed stream sends nothing that the client has", async () => {
    const world = streamingWorld(queued);
    world.state.said = { queue_position: 1, logs: [line("a"), line("bb")] };
    const told = await follow(world);
    const last = told.findLast(({ id }) => id !== undefined)?.id;
    expect(told.map(({ event }) => event).slice(0, 5)).toEqual(["retry", "job", "queue", "log", "log"]);
    const again = streamingWorld(queued);
    again.state.said = { queue_position: 1, logs: [line("a"), line("bb"), line("ccc")] };
    const news = (await follow(again, readStreamPosition(last))).filter(({ event }) => event !== "heartbeat");
    expect(news.map(({ data }) => data)).toEqual([1_000, line("ccc")]);
  });

  it.each(["3.0", `${idOf(running)}.0`])(
    "a resumed stream sends the job when it has changed since %s",
    async (last) => {
      const told = await follow(streamingWorld(succeeded), readStreamPosition(last));
      expect(told).toEqual([retry, { event: "job", id: `${idOf(succeeded)}.0`, data: asShown(succeeded) }]);
    },
  );
});
