import type { Check, Finding, Patient } from "./check.ts";
import { falChecks } from "./fal-checks.ts";
import { serviceChecks } from "./service-checks.ts";
import { testJob } from "./test-job.ts";

/** In the order in which they are shown; a check stands after those that it needs. */
export const CHECKS: readonly Check[] = inOrder([...falChecks, ...serviceChecks, testJob]);

export interface Examined {
  readonly id: string;
  readonly name: string;
  readonly required: boolean;
  readonly outcome: "well" | "unwell" | "skipped";
  readonly found: string;
  readonly fix?: string | undefined;
}

/** Makes every check whose needs are met; the others are skipped, not failed. */
export async function examine(patient: Patient, checks: readonly Check[] = CHECKS): Promise<readonly Examined[]> {
  const done = new Map<string, Examined>();
  for (const check of checks) done.set(check.id, await examineOne(patient, check, done));
  return [...done.values()];
}

async function examineOne(patient: Patient, check: Check, done: ReadonlyMap<string, Examined>): Promise<Examined> {
  const { id, name, isRequired: required, needs } = check;
  const missing = needs.find((need) => done.get(need)?.outcome !== "well");
  if (missing !== undefined) return { id, name, required, outcome: "skipped", found: `it needs ${missing}` };
  const finding = await check.look(patient).catch(
    (error: unknown): Finding => ({
      isWell: false,
      found: error instanceof Error ? error.message : String(error),
      fix: "check your own rights, and the region",
    }),
  );
  if (finding === undefined) return { id, name, required, outcome: "skipped", found: "it does not apply here" };
  if (finding.isWell) return { id, name, required, outcome: "well", found: finding.found };
  return { id, name, required, outcome: "unwell", found: finding.found, fix: finding.fix };
}

function inOrder(checks: readonly Check[]): readonly Check[] {
  const ordered: Check[] = [];
  const add = (check: Check) => {
    for (const need of check.needs) add(checks.find(({ id }) => id === need) ?? check);
    if (!ordered.includes(check)) ordered.push(check);
  };
  for (const check of checks) add(check);
  return ordered;
}
