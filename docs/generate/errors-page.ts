import { ERROR_PAGES, type ErrorPage } from "../../lambdas/contract/error-pages.ts";
import { generatedFrom } from "./markdown.ts";

/** The page of error codes: a section for each, with the code itself as its anchor. */
export function errorsPage(): string {
  const pages = Object.entries<ErrorPage>(ERROR_PAGES);
  const problems = pages.filter(([, { status }]) => status !== undefined);
  const others = pages.filter(([, { status }]) => status === undefined);
  return `${[
    generatedFrom("lambdas/contract/error-pages.ts"),
    "# Errors",
    INTRODUCTION,
    index(pages),
    "## Problems",
    ...problems.map(section),
    "## Errors of jobs",
    "A job shows these in its `error`: why it failed, or what an open job is waiting for.",
    ...others.map(section),
  ].join("\n\n")}\n`;
}

const INTRODUCTION = `A failed request returns a problem (\`application/problem+json\`, [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). Its \`code\` never changes:
your programs should use it, and not \`title\` or \`detail\`. If fields are wrong, \`errors\` lists them as \`{pointer, message}\`. The problem's \`type\` is the
URL of the code's own page, \`GET /errors/{code}\`, with the same text as here.`;

function index(pages: readonly (readonly [code: string, page: ErrorPage])[]): string {
  return pages.map(([code, { title }]) => `- [\`${code}\`](#${code}): ${title}`).join("\n");
}

function section([code, { title, status, meaning, cause, remedy }]: readonly [string, ErrorPage]): string {
  return [
    `### \`${code}\``,
    `**${title}.**${status === undefined ? "" : ` Status ${status}.`} ${meaning}`,
    `**Cause.** ${cause}`,
    `**What to do.** ${remedy}`,
  ].join("\n\n");
}
