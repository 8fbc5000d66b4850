import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { effort } from "../effort.ts";
import { playSchedule } from "./schedule.ts";

/** Each range is a separate file, so that they run in parallel. */
const RANGES = 4;
/** With this many schedules every outcome occurs; some are rare. */
const EVERY_ENDING = 800;
const { SEED, FIRST_SEED } = process.env;

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
  "told before the video was kept",
  "told in fal's form",
  "told that it is gone",
];

/**
 * One of the four ranges of schedules. `SEED=n` replays one schedule; `SCHEDULES=n` plays more of them; `FIRST_SEED=n`
 * starts elsewhere.
 */
export function playRange(range: 1 | 2 | 3 | 4): void {
  const size = Math.ceil(effort.schedules / RANGES);
  const firstSeed = SEED === undefined ? Number(FIRST_SEED ?? 1) + (range - 1) * size : Number(SEED);
  const count = SEED === undefined ? size : 1;

  describe.skipIf(SEED !== undefined && range > 1)("the two promises", () => {
    // The functions log every simulated fault; that output is not useful.
    beforeAll(() => {
      for (const level of ["info", "warn", "error"] as const)
        vi.spyOn(console, level).mockImplementation(() => undefined);
      vi.spyOn(process.stdout, "write").mockImplementation(() => true);
    });
    afterAll(() => vi.restoreAllMocks());

    it(`the two promises hold in ${count} schedules of crashes, faults and races, from seed ${firstSeed} on`, {
      timeout: 30 * 60_000,
    }, async () => {
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
      const met = await endingsOfAllRanges(range, [...seen.keys()]);
      if (met !== undefined && effort.schedules >= EVERY_ENDING) expect(met).toEqual(ENDINGS);
    });
  });
}

/** Stores the outcomes of a range for the others, and returns those of all ranges to the last one. */
async function endingsOfAllRanges(range: number, endings: readonly string[]): Promise<string[] | undefined> {
  const fileOf = (each: number) => join(inject("runFolder"), `endings-${each}.json`);
  await writeFile(`${fileOf(range)}.new`, JSON.stringify(endings));
  await rename(`${fileOf(range)}.new`, fileOf(range));
  const all = await Promise.all(
    Array.from({ length: RANGES }, (_, place) => readFile(fileOf(place + 1), "utf8").catch(() => undefined)),
  );
  return all.includes(undefined) ? undefined : [...new Set(all.flatMap((each) => JSON.parse(each ?? "[]")))].sort();
}
