import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Context } from "aws-lambda";
import "../../../local/stack/awslambda.mjs";
import { type StreamRoute, streamingApi } from "../../../lambdas/http/streaming-api.ts";
import { gatewayEvent } from "../../support/events.ts";

/** Invokes a streaming function as Lambda does, and reads the head and the body that API Gateway would send. */
export async function invokeStream(route: StreamRoute, event = gatewayEvent(), output = new PassThrough()) {
  const stream = Object.assign(output, { setContentType: () => {} });
  const written = text(stream);
  // None of our code reads the context.
  await streamingApi(route, "https://api.example.com")(event, stream, {} as Context);
  const [head = "", body = ""] = (await written).split("\0".repeat(8));
  return { head: JSON.parse(head), body };
}
