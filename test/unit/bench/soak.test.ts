import { expect, it } from "vitest";
import { lowPoints } from "../../../bench/figures/soak.ts";
import { slope } from "../../../bench/statistics.ts";

it("garbage that is collected from time to time is no growth of memory, and a leak is", () => {
  const run = (leak: number) =>
    Array.from({ length: 1_000 }, (_, job): [number, number] => [job, 200 + (job % 50) + job * leak]);
  expect(slope(lowPoints(run(0)))).toBeCloseTo(0, 3);
  expect(slope(lowPoints(run(0.01)))).toBeCloseTo(0.01, 3);
});
