import { beforeAll, describe, expect, it } from "vitest";
import { type Result, run } from "../../bench/prove/run.ts";
import { isExact } from "../../bench/prove/tally.ts";

const jobs = 40;
/** With this seed, the first jobs have every fault that the rivals fail at. */
const seed = Number(process.env.SEED ?? 1);
const timeoutMs = 900_000;
let results: Result[];

beforeAll(async () => {
  results = await run({ seed, jobs, progress: () => {} });
}, timeoutMs);

describe(`the money proof, with ${jobs} jobs (SEED=${seed})`, () => {
  it.each(["us-native", "us-fal-client", "us-ai-sdk"])(
    "the money proof of %s: each job is one render with its video, or truthfully unconfirmed",
    (name) => {
      const result = find(name);
      expect(result.wrong).toEqual([]);
      expect(result).toMatchObject({ through_us: true, jobs, renders_per_job: 1, lost: 0, forged_believed: 0 });
      expect(isExact(result)).toBe(true);
      // Most faults can be survived: a service that gives every job up would be exact, too.
      expect(result.delivered).toBeGreaterThan(jobs / 2);
    },
  );

  it.each([
    ["fal-client", ["paid_twice", "unkept"]],
    ["fal-client-careful", ["paid_twice", "unkept"]],
    ["ai-sdk", ["paid_twice", "told_wrongly", "unkept"]],
    ["ai-sdk-careful", ["paid_twice", "told_wrongly", "unkept"]],
    ["webhook-handler", ["paid_twice", "lost", "forged_believed", "unkept"]],
    ["webhook-handler-careful", ["paid_twice", "lost", "unkept"]],
    ["polling-worker", ["paid_twice", "unkept"]],
  ] as const)("the money proof shows how %s fails: %j", (name, failures) => {
    const result = find(name);
    expect(result.through_us).toBe(false);
    for (const failure of failures) expect(result[failure], failure).toBeGreaterThan(0);
    expect(isExact(result)).toBe(false);
  });

  it("the money proof is fair: a handler that verifies signatures believes no forged webhook", () => {
    expect(find("webhook-handler-careful").forged_believed).toBe(0);
  });
});

function find(name: string): Result {
  const result = results.find((each) => each.name === name);
  if (result === undefined) throw new Error(`the run has no row ${name}`);
  return result;
}
