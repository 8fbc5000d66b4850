import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { applyMutation } from "./checkout.ts";
import type { Mutation } from "./mutation.ts";
import { runTests, type Verdict } from "./run-tests.ts";

const UNIT_TESTS = "test/unit";
const SIMULATION = "test/simulation";
/** Enough for most breaks of the protocols, in a few seconds. */
const FEW_SCHEDULES = "150";
const SCHEDULES = process.env.SCHEDULES ?? "1000";

/** One run of tests. */
interface Step {
  readonly tests: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Applies a mutation to a checkout and returns the tests' verdict. The tests most likely to catch it run first. */
export async function judge(checkout: string, mutation: Mutation, hint: string | undefined): Promise<Verdict> {
  const undo = await applyMutation(checkout, mutation);
  try {
    let last: Verdict = { kind: "passed" };
    for (const { tests, env } of stepsOf(checkout, mutation, hint)) {
      const verdict = await runTests(checkout, tests, env);
      if (verdict.kind !== "failed") last = verdict;
      else if (verdict.where === hint || (await isRepeated(checkout, verdict.where))) return verdict;
    }
    return last;
  } finally {
    await undo();
  }
}

/** A test may time out on a busy machine, so a test that is not known to catch the mutation must fail twice. */
async function isRepeated(checkout: string, where: string): Promise<boolean> {
  const [step] = hinted(checkout, where);
  return step !== undefined && (await runTests(checkout, step.tests, step.env)).kind === "failed";
}

/** First the test that caught it last, then likely ones, then all of its tests. */
function stepsOf(checkout: string, mutation: Mutation, hint: string | undefined): readonly Step[] {
  const all = mutation.tests
    ? [{ tests: mutation.tests }]
    : [{ tests: [UNIT_TESTS] }, { tests: [SIMULATION], env: { SCHEDULES } }];
  return [
    ...hinted(checkout, hint),
    ...(mutation.tests || hint !== undefined ? [] : guessed(checkout, mutation)),
    ...all,
  ];
}

function hinted(checkout: string, hint: string | undefined): readonly Step[] {
  const seed = /^seed (\d+)$/.exec(hint ?? "")?.[1];
  if (seed !== undefined) return [{ tests: [SIMULATION], env: { SEED: seed } }];
  if (hint === undefined || !existsSync(join(checkout, hint))) return [];
  return [{ tests: [hint], env: { SCHEDULES } }];
}

/** The unit test of the same name, the unit tests of the same room, and a short simulation. */
function guessed(checkout: string, { edits }: Mutation): readonly Step[] {
  const named = edits.map(({ file }) => `${UNIT_TESTS}/${file.replace("lambdas/", "").replace(".ts", ".test.ts")}`);
  const short = { tests: [SIMULATION], env: { SCHEDULES: FEW_SCHEDULES } };
  const there = (paths: readonly string[]) => [...new Set(paths)].filter((path) => existsSync(join(checkout, path)));
  const steps: readonly Step[] = [{ tests: there(named) }, { tests: there(named.map(dirname)) }, short];
  return steps.filter(({ tests }) => tests.length > 0);
}

/**
 * The unchanged checkout must pass, or every mutation would count as caught. Each folder runs separately, so that none
 * is skipped unnoticed.
 */
export async function judgeUnbroken(checkout: string, tests: readonly string[]): Promise<Verdict> {
  for (const path of new Set([UNIT_TESTS, SIMULATION, ...tests])) {
    const verdict = await runTests(checkout, [path], { SCHEDULES: FEW_SCHEDULES });
    if (verdict.kind !== "passed") return verdict;
  }
  return { kind: "passed" };
}

/** A verdict in one line. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.kind === "failed") return `${basename(verdict.where)}: ${verdict.test}`;
  return verdict.kind === "passed" ? "no test failed" : `the tests did not run: ${verdict.output.slice(-2000)}`;
}
