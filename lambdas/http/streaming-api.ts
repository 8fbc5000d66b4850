import { once } from "node:events";
import type { Writable } from "node:stream";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { logError } from "../log.ts";
import { type HttpAnswer, handleWith } from "./api.ts";
import type { HttpRequest } from "./request.ts";

/** What follows an answer's head, piece by piece. The signal aborts when the client has gone. */
export type Chunks = (signal: AbortSignal) => AsyncIterable<string>;

/** What a streaming route answers: a head, or a whole answer, at once; then the chunks, where there are any. */
export interface StreamAnswer extends HttpAnswer {
  readonly chunks?: Chunks;
}

export type StreamRoute = (request: HttpRequest) => Promise<StreamAnswer>;

/**
 * The handler of a route that streams (rule A4). Whatever goes wrong before the stream begins is answered as by every other route;
 * what goes wrong later ends the stream, which the client then takes up again. `now` gives epoch milliseconds.
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
    // Lambda sends the head with the first write, be it an empty one, and never by `end` alone.
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
