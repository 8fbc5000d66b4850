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

/** Breaks a checkout in one way and gives what its tests say, the likeliest to notice first. */
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

/** On a busy machine a test may fail for want of time: what is not known to catch a mutation must fail twice. */
async function isRepeated(checkout: string, where: string): Promise<boolean> {
  const [step] = hinted(checkout, where);
  return step !== undefined && (await runTests(checkout, step.tests, step.env)).kind === "failed";
}

/** What caught it last, then what should catch it, then all of its tests. */
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

/** The checkout as it is must pass, or everything would count as caught; each folder apart, so that none is left out unnoticed. */
export async function judgeUnbroken(checkout: string, tests: readonly string[]): Promise<Verdict> {
  for (const path of new Set([UNIT_TESTS, SIMULATION, ...tests])) {
    const verdict = await runTests(checkout, [path], { SCHEDULES: FEW_SCHEDULES });
    if (verdict.kind !== "passed") return verdict;
  }
  return { kind: "passed" };
}

/** A verdict as a line says it. */
export function describeVerdict(verdict: Verdict): string {
  if (verdict.kind === "failed") return `${basename(verdict.where)}: ${verdict.test}`;
  return verdict.kind === "passed" ? "no test failed" : `the tests did not run: ${verdict.output.slice(-2000)}`;
}
