import { Problem } from "./problem.ts";

/** The answer to a request that came before `waitMs` were over. */
export function tooOften(why: string, waitMs: number): Problem {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  const headers = { "retry-after": String(seconds) };
  return new Problem("rate_limited", `${why} Nothing was done. Try again in ${seconds} seconds.`, { headers });
}
