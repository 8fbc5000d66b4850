import { validateHeaderName, validateHeaderValue } from "node:http";
import { gzipSync } from "node:zlib";
import { z } from "zod";
import { isBinary } from "./gateway-event.ts";
import type { Answer, AnswerHead } from "./gateway-response.ts";

const valueSchema = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const headSchema = z.strictObject({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), valueSchema).nullish(),
  multiValueHeaders: z.record(z.string(), z.array(valueSchema)).nullish(),
});
const resultSchema = headSchema.extend({
  body: z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish(),
  isBase64Encoded: z.boolean().nullish(),
});

/**
 * Reads what a function returned, as API Gateway's proxy integration does.
 * @param accept the request's Accept header. With the response's type, it decides whether a base64 body is decoded.
 * @returns undefined for a malformed response, which the gateway turns into a 502.
 */
export function readFunctionAnswer(
  payload: string,
  accept: string | undefined,
  binaryMediaTypes: readonly string[],
): Answer | undefined {
  const result = resultSchema.safeParse(JSON.parse(payload));
  if (!result.success) return undefined;
  const { body, isBase64Encoded, ...rest } = result.data;
  const head = describeHead(rest);
  const contentType = head?.headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  // Without a binary media type the gateway passes base64 on unchanged, which no caller can use. The local stack shows
  // this mistake too.
  const decodes = isBase64Encoded && (isBinary(accept, binaryMediaTypes) || isBinary(contentType, binaryMediaTypes));
  return head && { ...head, body: Buffer.from(body ?? "", decodes ? "base64" : "utf8") };
}

/**
 * Compresses a whole answer as API Gateway does: if the caller names gzip, the body has the size from which the API
 * compresses, and the function has not encoded it itself.
 */
export function compress(answer: Answer, acceptEncoding: string | undefined, fromBytes: number | undefined): Answer {
  const accepts = acceptEncoding?.split(",").some((coding) => coding.trim().toLowerCase() === "gzip") ?? false;
  const isEncoded = answer.headers.some(([name]) => name.toLowerCase() === "content-encoding");
  if (!accepts || isEncoded || fromBytes === undefined || answer.body.length < fromBytes) return answer;
  return { ...answer, headers: [...answer.headers, ["content-encoding", "gzip"]], body: gzipSync(answer.body) };
}

/** Reads the head that a function sends before its streamed body; undefined for a malformed one. */
export function readAnswerHead(json: string): AnswerHead | undefined {
  const head = headSchema.safeParse(JSON.parse(json));
  return head.success ? describeHead(head.data) : undefined;
}

function describeHead({ statusCode, headers, multiValueHeaders }: z.infer<typeof headSchema>): AnswerHead | undefined {
  const multi = Object.entries(multiValueHeaders ?? {}).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );
  const covered = new Set(multi.map(([name]) => name.toLowerCase()));
  const single = Object.entries(headers ?? {}).filter(([name]) => !covered.has(name.toLowerCase()));
  const all = [...single, ...multi];
  if (!all.every(([name, value]) => isValidHeader(name, value))) return undefined;
  const hasType = all.some(([name]) => name.toLowerCase() === "content-type");
  return { status: statusCode, headers: hasType ? all : [["content-type", "application/json"], ...all] };
}

function isValidHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
