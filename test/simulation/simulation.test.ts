import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { playSchedule } from "./schedule.ts";

/** `SEED=n` replays one schedule; `SCHEDULES=n` plays more of them; `FIRST_SEED=n` begins elsewhere. */
const schedules = Number(process.env.SCHEDULES ?? 5000);
const firstSeed = Number(process.env.SEED ?? process.env.FIRST_SEED ?? 1);
const count = process.env.SEED === undefined ? schedules : 1;

const ENDINGS = [
  "archived",
  "archived after ten failed copies",
  "canceled",
  "deleted",
  "expired",
  "failed",
  "kept, came inline",
  "looked at sooner",
  "never started in time",
  "published late",
  "succeeded",
  "telling given up",
  "told after failures",
  "told again, after a crash",
  "told again, asked to",
  "told at first",
  "told in fal's form",
  "told that it is gone",
];

describe("the two promises", () => {
  // What the functions log of simulated trouble is not news.
  beforeAll(() => {
    for (const level of ["info", "warn", "error"] as const)
      vi.spyOn(console, level).mockImplementation(() => undefined);
    vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  });
  afterAll(() => vi.restoreAllMocks());

  it(`hold in ${count} schedules of crashes, faults and races`, { timeout: 30 * 60_000 }, async () => {
    const seen = new Map<string, number>();
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const lines: string[] = [];
      try {
        const story = await playSchedule(seed, count === 1 ? (line) => lines.push(line) : undefined);
        for (const ending of story.endings) seen.set(ending, (seen.get(ending) ?? 0) + 1);
      } catch (error) {
        const told = count === 1 ? `\n${lines.join("\n")}` : "";
        throw new Error(`seed ${seed}: ${error}${told}\nReplay it: SEED=${seed} npx vitest run test/simulation`, {
          cause: error,
        });
      }
    }
    // A world in which nothing ever succeeds, fails or is deleted would prove nothing.
    if (count >= 500) expect([...seen.keys()].sort()).toEqual(ENDINGS);
  });
});
