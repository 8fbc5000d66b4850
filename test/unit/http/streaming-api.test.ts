import { PassThrough, Writable } from "node:stream";
import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { Problem } from "../../../lambdas/http/problem.ts";
import { type StreamRoute, streamingApi } from "../../../lambdas/http/streaming-api.ts";
import type { Job } from "../../../lambdas/job/job.ts";
import { streamJob } from "../../../lambdas/routes/job-events.ts";
import { openResponseStream } from "../../../local/stack/response-stream.mjs";
import { gatewayEvent } from "../../support/events.ts";
import { states, streamingWorld } from "../routes/events/world.ts";
import { invokeStream } from "./invoke-stream.ts";

const { succeeded } = states;
/** What keeps a default nginx or a CDN from holding events back. */
const streaming = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
};
const common = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "*",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

describe("a streaming route", () => {
  it("a streaming route sends a head and then the stream", async () => {
    const { head, body } = await invokeStream(async () => ({
      status: 200,
      headers: { "content-type": "text/plain" },
      async *chunks() {
        yield "one";
        yield " two";
      },
    }));
    expect(head).toEqual({ statusCode: 200, headers: { ...common, "content-type": "text/plain" } });
    expect(body).toBe("one two");
  });

  it("A25: a streaming route sends a head even with an empty body", async () => {
    expect(await invokeStream(async () => ({ status: 204 }))).toEqual({
      head: { statusCode: 204, headers: common },
      body: "",
    });
  });

  it("A25: a streaming route's events reach the client though AWS holds a small write back until the next one", async () => {
    let sent = "";
    const output = openResponseStream((chunk) => {
      sent += Buffer.from(chunk).toString();
    });
    const sentInTime: boolean[] = [];
    const route: StreamRoute = async () => ({
      status: 200,
      headers: streaming,
      async *chunks() {
        for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
          yield event;
          sentInTime.push(sent.includes(event));
        }
      },
    });
    await streamingApi(route, "https://api.example.com")(gatewayEvent(), output, {} as Context);
    expect(sentInTime).toEqual([true, true]);
    expect(sent).toMatch(/data: 1\n\n:\n\ndata: 2\n\n:\n\n$/);
  });

  it("A25: a streaming route writes its head, each event and each comment in a turn of its own", async () => {
    const turns: string[][] = [];
    const output = Object.assign(
      new Writable({
        write: (chunk, _encoding, done) => {
          if (turns.length === 0 || turns.at(-1)?.length === 0) turns.push([]);
          turns.at(-1)?.push(String(chunk));
          setImmediate(() => turns.push([]));
          done();
        },
      }),
      { setContentType: () => {} },
    );
    const route: StreamRoute = async () => ({
      status: 200,
      headers: streaming,
      async *chunks() {
        yield "data: 1\n\n";
      },
    });
    await streamingApi(route, "https://api.example.com")(gatewayEvent(), output, {} as Context);
    const [head, ...rest] = turns.map((turn) => turn.join("")).filter((turn) => turn !== "");
    expect(head).toMatch(/^\{.*\}\0{8}$/);
    expect(rest).toEqual(["data: 1\n\n", ":\n\n"]);
  });

  it("a streaming route answers a problem before the stream starts like every route", async () => {
    const { head, body } = await invokeStream(async () => {
      throw new Problem("table_unavailable", "Try again.", { headers: { "retry-after": "2" } });
    });
    const headers = { ...common, "content-type": "application/problem+json", "retry-after": "2" };
    expect(head).toEqual({ statusCode: 503, headers });
    expect(JSON.parse(body)).toMatchObject({ status: 503, code: "table_unavailable" });
  });

  it("a streaming route ends the stream normally when something fails in it", async () => {
    const { head, body } = await invokeStream(async () => ({
      status: 200,
      async *chunks() {
        yield "one";
        throw new Error("the table is down");
      },
    }));
    expect([head.statusCode, body]).toEqual([200, "one"]);
  });

  it("a streaming route waits for a client that reads slowly", async () => {
    const { body } = await invokeStream(
      async () => ({
        status: 200,
        async *chunks() {
          for (let count = 0; count < 5; count++) yield "x".repeat(10_000);
        },
      }),
      gatewayEvent(),
      new PassThrough({ highWaterMark: 1 }),
    );
    expect(body).toHaveLength(50_000);
  });

  it.each(["while something comes", "in a silence"])(
    "a streaming route stops when the client goes away %s",
    async (when) => {
      const output = Object.assign(new PassThrough(), { setContentType: () => {} });
      let isStopped = false;
      const route: StreamRoute = async () => ({
        status: 200,
        async *chunks(signal) {
          try {
            output.destroy();
            if (when === "in a silence") await new Promise((resolve) => signal.addEventListener("abort", resolve));
            while (true) yield "more";
          } finally {
            isStopped = true;
          }
        },
      });
      await streamingApi(route, "https://api.example.com")(gatewayEvent(), output, {} as Context);
      expect(isStopped).toBe(true);
    },
  );
});

describe("GET /jobs/{id}/events", () => {
  const { service } = streamingWorld(succeeded);
  type Given = Readonly<Record<string, string | string[]>>;
  const ask = (headers: Given = {}, apiKeyId = "key-id-1", id = succeeded.id, query: Given = {}) =>
    invokeStream(
      streamJob(service),
      gatewayEvent({ method: "GET", resource: "/jobs/{id}/events", pathParameters: { id }, headers, apiKeyId, query }),
    );
  const askInQuery = (query: Given, headers: Given = {}) => ask(headers, "key-id-1", succeeded.id, query);

  it("GET /jobs/{id}/events is an event stream, to the job's owner", async () => {
    const { head, body } = await ask();
    expect(head).toEqual({ statusCode: 200, headers: { ...common, ...streaming } });
    expect(body).toMatch(/^retry: 1000\n\n:\n\nevent: job\nid: [0-9a-f]{16}\ndata: \{.*\}\n\n:\n\n$/);
  });

  it.each([
    ["another's job", "key-id-2", succeeded.id],
    ["a malformed id", "key-id-1", "1"],
  ])("GET /jobs/{id}/events is a 404 for %s", async (_what, apiKeyId, id) => {
    const { head, body } = await ask({}, apiKeyId, id);
    expect([head.statusCode, JSON.parse(body).code]).toEqual([404, "not_found"]);
  });

  it("GET /jobs/{id}/events is a 204, which stops a client from reconnecting, when it has the settled job", async () => {
    expect((await ask({ "Last-Event-ID": "4.2.0123456789ab" })).head.statusCode).toBe(204);
    expect((await ask({ "Last-Event-ID": "3" })).head.statusCode).toBe(200);
    expect((await ask({ "Last-Event-ID": "something" })).head.statusCode).toBe(200);
  });

  it("GET /jobs/{id}/events sends a settled job again only if it has changed for the client", async () => {
    const { state, service } = streamingWorld(succeeded);
    const askAfter = async (row: Job, last?: string) => {
      state.row = row;
      const headers = { "Last-Event-ID": last ?? "" };
      const pathParameters = { id: succeeded.id };
      const event = gatewayEvent({ method: "GET", resource: "/jobs/{id}/events", pathParameters, headers });
      const { head, body } = await invokeStream(streamJob(service), event);
      return { status: head.statusCode, id: /^id: (.*)$/m.exec(body)?.[1] };
    };
    const claimed = { ...succeeded, version: 5, archive_attempts: 1 };
    const delivered = { ...claimed, version: 6, deliveries: [{ attempt: 1, at: succeeded.created_at, latency_ms: 9 }] };
    const first = await askAfter(succeeded);
    expect(await askAfter(claimed, first.id)).toEqual({ status: 204, id: undefined });
    const second = await askAfter(delivered, first.id);
    expect([second.status, (await askAfter(delivered, second.id)).status]).toEqual([200, 204]);
  });

  // event-source-polyfill's default name, the name in its own example, and spellings of other clients.
  it.each(["lastEventId", "Last-Event-Id", "Last-Event-ID", "last-event-id", "lastEventID"])(
    "GET /jobs/{id}/events takes the position from the query like from the header, 204 included: %s",
    async (name) => {
      expect((await askInQuery({ [name]: "4.2.0123456789ab" })).head.statusCode).toBe(204);
      const again = await askInQuery({ [name]: "3" });
      expect(again.head.statusCode).toBe(200);
      expect(again.body.match(/^event: job$/gm)).toHaveLength(1);
      expect((await askInQuery({ [name]: "" })).head.statusCode).toBe(200);
    },
  );

  it("GET /jobs/{id}/events prefers the header, which is never older than the URL of the stream", async () => {
    expect((await askInQuery({ lastEventId: "3" }, { "Last-Event-ID": "4" })).head.statusCode).toBe(204);
    expect((await askInQuery({ lastEventId: "4" }, { "Last-Event-ID": "3" })).head.statusCode).toBe(200);
    expect((await askInQuery({ lastEventId: "4" }, { "Last-Event-ID": "" })).head.statusCode).toBe(204);
  });

  it("GET /jobs/{id}/events sends the settled job once to each connection that asks for it", async () => {
    for (const _connection of [1, 2]) expect((await ask()).body.match(/^event: job$/gm)).toHaveLength(1);
  });

  it("P30: GET /jobs/{id}/events is a 429 while the owner has too many streams open, but not for a settled job", async () => {
    const open = streamingWorld(states.running);
    const request = {
      method: "GET",
      resource: "/jobs/{id}/events",
      pathParameters: { id: states.running.id },
    } as const;
    const askOpen = () => invokeStream(streamJob(open.service), gatewayEvent({ ...request, apiKeyId: "key-id-1" }));
    open.state.placesLeft = 0;
    const { head, body } = await askOpen();
    expect([head.statusCode, JSON.parse(body).code, head.headers]).toMatchObject([
      429,
      "rate_limited",
      { "retry-after": "5" },
    ]);
    open.state.placesLeft = 1;
    expect((await askOpen()).head.statusCode).toBe(200);
    // The place was given back at the end of the stream.
    expect((await askOpen()).head.statusCode).toBe(200);
    open.state.row = states.succeeded;
    open.state.placesLeft = 0;
    expect((await askOpen()).head.statusCode).toBe(200);
  });

  it("GET /jobs/{id}/events rejects a header sent twice, and continues at the last position in the query", async () => {
    expect((await ask({ "Last-Event-ID": ["3", "4"] })).head.statusCode).toBe(400);
    expect((await askInQuery({ lastEventId: ["3", "4"] })).head.statusCode).toBe(204);
    expect((await askInQuery({ lastEventId: ["4", "3"] })).head.statusCode).toBe(200);
  });
});
