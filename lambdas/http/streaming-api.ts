import { once } from "node:events";
import type { Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { logError } from "../log.ts";
import { type HttpAnswer, handleWith } from "./api.ts";
import type { HttpRequest } from "./request.ts";

/**
 * The rest of a response after its head, in pieces. The signal aborts when the response breaks. A client that
 * disconnects does not break it on Lambda (rule A21).
 */
export type Chunks = (signal: AbortSignal) => AsyncIterable<string>;

/** The response of a streaming route: the head (or the whole response) first, then the chunks, if there are any. */
export interface StreamAnswer extends HttpAnswer {
  readonly chunks?: Chunks;
}

export type StreamRoute = (request: HttpRequest) => Promise<StreamAnswer>;

/** A comment of an event stream. AWS may hold back a small write until the next one, so each event needs a next one. */
const FLUSH = ":\n\n";

/**
 * The handler of a streaming route (rule A4). An error before the stream starts becomes a problem, as for every other
 * route. A later error ends the stream, and the client then reconnects. `now` returns epoch milliseconds.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export function streamingApi(route: StreamRoute, publicUrl: string, now: () => number = Date.now) {
  return awslambda.streamifyResponse(async (event: APIGatewayProxyEvent, output) => {
    let chunks: Chunks = nothing;
    const open = handleWith(
      async (request) => {
        const answer = await route(request);
        chunks = answer.chunks ?? nothing;
        return answer;
      },
      publicUrl,
      now,
    );
    const { statusCode, headers, body } = await open(event);
    const stream = awslambda.HttpResponseStream.from(output, { statusCode, headers });
    const gone = new AbortController();
    stream.once("close", () => gone.abort()).on("error", () => gone.abort());
    const isEventStream = headers?.["content-type"] === "text/event-stream";
    await send(writes(body, chunks(gone.signal), isEventStream), stream, gone.signal, event);
    stream.end();
  });
}

/** What is written, a write each (rule A25). Lambda sends the head with the first one, which may be empty. */
async function* writes(body: string, chunks: AsyncIterable<string>, isEventStream: boolean): AsyncGenerator<string> {
  yield body;
  for await (const chunk of chunks) {
    yield chunk;
    if (isEventStream) yield FLUSH;
  }
}

async function send(
  chunks: AsyncIterable<string>,
  stream: Writable,
  signal: AbortSignal,
  { resource, pathParameters }: APIGatewayProxyEvent,
) {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      if (!stream.write(chunk)) await once(stream, "drain", { signal });
      // Node joins the writes of one turn of its event loop.
      await setImmediate();
    }
  } catch (error) {
    if (!signal.aborted) logError("an event stream failed", error, { resource, job_id: pathParameters?.id });
  }
}

async function* nothing(): AsyncGenerator<string> {}
