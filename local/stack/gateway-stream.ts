import { addAbortSignal, PassThrough, type Readable, type Writable } from "node:stream";
import { readAnswerHead } from "./gateway-answer.ts";
import type { AnswerHead } from "./gateway-response.ts";

/**
 * A response whose body is still being written. A reader that stops early destroys it. The function does not learn
 * this (rule A21).
 */
export type StreamedAnswer = AnswerHead & { readonly chunks: Readable };

/** The separator after a function's head. */
const delimiter = Buffer.alloc(8);
const largestHeadBytes = 16 * 1024;

/**
 * Reads the response that a function streams: its head, as JSON before eight zero bytes, and then the body as it
 * arrives. The response is cut off at the timeout.
 * @returns the gateway's own response if there is no head or a malformed one.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export async function readStreamedAnswer(
  stream: (output: Writable) => Promise<void>,
  timeoutMs: number,
): Promise<StreamedAnswer | "INTEGRATION_TIMEOUT" | "INTEGRATION_FAILURE"> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const output = addAbortSignal(timeout, new PassThrough());
  void stream(output);
  const head = await readHead(output).catch(() => undefined);
  if (head) return { ...head, chunks: output };
  output.destroy();
  return timeout.aborted ? "INTEGRATION_TIMEOUT" : "INTEGRATION_FAILURE";
}

async function readHead(output: Readable): Promise<AnswerHead | undefined> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of output.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf(delimiter);
    if (end === -1 && bytes.length > largestHeadBytes) return undefined;
    if (end === -1) continue;
    output.unshift(bytes.subarray(end + delimiter.length));
    return readAnswerHead(bytes.toString("utf8", 0, end));
  }
  return undefined;
}
