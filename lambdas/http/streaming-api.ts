import { once } from "node:events";
import type { Writable } from "node:stream";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { logError } from "../log.ts";
import { type HttpAnswer, handleWith } from "./api.ts";
import type { HttpRequest } from "./request.ts";

/** The body of a streamed answer, piece by piece. The signal aborts when the client disconnects. */
export type Chunks = (signal: AbortSignal) => AsyncIterable<string>;

/** The answer of a streaming route: first a head, or a complete answer; then the chunks, if there are any. */
export interface StreamAnswer extends HttpAnswer {
  readonly chunks?: Chunks;
}

export type StreamRoute = (request: HttpRequest) => Promise<StreamAnswer>;

/**
 * The handler of a route that streams (rule A4). An error before the stream starts is answered as in every other route.
 * A later error ends the stream, and the client reconnects. `now` returns epoch milliseconds.
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
    // Lambda sends the head with the first write, even if it is empty, but never with `end` alone.
    stream.write(body);
    await send(chunks(gone.signal), stream, gone.signal, event.resource);
    stream.end();
  });
}

async function send(chunks: AsyncIterable<string>, stream: Writable, signal: AbortSignal, resource: string) {
  try {
    for await (const chunk of chunks) {
      if (signal.aborted) return;
      if (!stream.write(chunk)) await once(stream, "drain", { signal });
    }
  } catch (error) {
    if (!signal.aborted) logError("an event stream failed", error, { resource });
  }
}

async function* nothing(): AsyncGenerator<string> {}
