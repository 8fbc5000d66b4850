import { addAbortSignal, PassThrough, type Readable, type Writable } from "node:stream";
import { readAnswerHead } from "./gateway-answer.ts";
import type { AnswerHead } from "./gateway-response.ts";

/** An answer whose body is still to come. Who does not read it to its end destroys it, which tells the function. */
export type StreamedAnswer = AnswerHead & { readonly chunks: Readable };

/** What ends a function's head. */
const delimiter = Buffer.alloc(8);
const largestHeadBytes = 16 * 1024;

/**
 * Takes the answer that a function streams: its head, as JSON before eight zero bytes, and the body as it comes. After
 * the time-out the answer is broken off.
 * @returns what the gateway answers itself when there is no head, or no proper one.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html
 */
export async function takeStream(
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
