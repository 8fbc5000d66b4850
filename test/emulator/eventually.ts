import { setTimeout as sleep } from "node:timers/promises";

const pollMs = 10;

/** Polls until there is an answer; throws after `timeoutMs` with the name of what was awaited. */
export async function eventually<T>(what: string, ask: () => T | undefined | false, timeoutMs = 60_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > until) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await sleep(pollMs);
  }
}
