import { type AnyErrorCode, ERROR_PAGES } from "../contract/error-pages.ts";
import type { HttpAnswer } from "../http/api.ts";
import { Problem } from "../http/problem.ts";
import type { HttpRequest } from "../http/request.ts";

/**
 * `GET /errors/{code}`: the page at the URL of a problem's `type`, as plain text. Throws `not_found` for an unknown
 * code.
 */
export function errorPage({ pathParameters: { code = "" } }: HttpRequest): HttpAnswer {
  if (!isErrorCode(code)) throw new Problem("not_found", "There is no such error code.");
  return { status: 200, headers: { "content-type": "text/plain; charset=utf-8" }, text: writePage(code) };
}

function writePage(code: AnyErrorCode): string {
  const { title, status, meaning, cause, remedy } = ERROR_PAGES[code];
  const where = status === undefined ? "The error of a job" : `HTTP status ${status}`;
  return `${code}\n${title}. ${where}.\n\nWhat it means\n${meaning}\n\nCause\n${cause}\n\nWhat to do\n${remedy}\n`;
}

function isErrorCode(code: string): code is AnyErrorCode {
  return Object.hasOwn(ERROR_PAGES, code);
}
